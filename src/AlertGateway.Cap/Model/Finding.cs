namespace AlertGateway.Cap;

/// <summary>How much a finding matters to a person who reads it; what follows from it is the disposition.</summary>
public enum FindingLevel { Info = 0, Warning = 1, Error = 2 }

/// <summary>What the gateway may do with a message.</summary>
public enum Disposition
{
    /// <summary>Usable as it is; a schema violation alone does not change that.</summary>
    Accept = 0,

    /// <summary>There is doubt about identity, authority, time or area: a person decides.</summary>
    Quarantine = 1,

    /// <summary>It cannot be parsed safely, or has no identity.</summary>
    Reject = 2,
}

/// <summary>One observation about a document.</summary>
/// <param name="Code">Stable code from docs/finding-codes.md; never reused.</param>
/// <param name="Path">Indexed path such as <c>/alert/info[0]/area[2]/polygon[0]</c>; empty for the whole document.</param>
/// <param name="Message">A plain English sentence for the operator.</param>
public readonly record struct Finding(string Code, FindingLevel Level, string Path, string Message);

/// <summary>What is fixed about a finding code.</summary>
/// <param name="Effect">The mildest disposition that a message with this finding can have.</param>
public sealed record FindingCode(string Code, FindingLevel Level, Disposition Effect, string Meaning);

/// <summary>Collects the findings of one message; the list is bounded, the verdict counts all of them.</summary>
internal sealed class FindingSink
{
    public const int FindingsMax = 200;

    private readonly List<Finding> _findings = [];

    public Disposition Worst { get; private set; }

    /// <summary>True when a further finding that does not change the disposition need not be worded any more.</summary>
    public bool IsFull => _findings.Count > FindingsMax;

    public IReadOnlyList<Finding> Findings => _findings.Count == 0 ? [] : _findings;

    public void AddAll(FindingSink other)
    {
        foreach (var finding in other.Findings) Add(FindingCodes.Of(finding), finding.Path, finding.Message);
    }

    public void Add(FindingCode code, string path, string message)
    {
        if (code.Effect > Worst) Worst = code.Effect;
        if (_findings.Count < FindingsMax) _findings.Add(new Finding(code.Code, code.Level, path, message));
        else if (_findings.Count == FindingsMax)
            _findings.Add(new Finding(FindingCodes.FindingsTruncated.Code, FindingCodes.FindingsTruncated.Level, "", "More findings than are listed."));
    }
}
