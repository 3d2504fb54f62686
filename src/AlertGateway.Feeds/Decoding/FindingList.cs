using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Findings of one document or record as they are made; bounded, and errors are kept before milder ones are.</summary>
internal sealed class FindingList
{
    private const int FindingsMax = 200;
    private readonly List<Finding> _items = [];

    public IReadOnlyList<Finding> Items => _items;

    public void Add(FindingCode code, string path, string message)
    {
        if (_items.Count < FindingsMax) _items.Add(new Finding(code.Code, code.Level, path, message));
        else if (code.Level == FindingLevel.Error && _items.FindLastIndex(f => f.Level != FindingLevel.Error) is var milder and >= 0)
            _items[milder] = new Finding(code.Code, code.Level, path, message);
    }

    public void AddAll(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (_items.Count < FindingsMax) _items.Add(finding);
        }
    }
}
