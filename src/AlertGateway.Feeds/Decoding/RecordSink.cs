using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Collects what a document holds; bounded.</summary>
internal sealed class RecordSink
{
    private readonly List<FeedRecord> _records = [];

    /// <summary>About the document as a whole.</summary>
    public FindingList Document { get; } = new();

    public bool IsFull => _records.Count >= FeedJson.RecordsMax;

    public void Add(FeedRecord record)
    {
        if (!IsFull) _records.Add(record);
        else if (Document.Items.All(f => f.Code != FindingCodes.FeedTooMany.Code)) Document.Add(FindingCodes.FeedTooMany, "", $"More than {FeedJson.RecordsMax} records.");
    }

    /// <summary>Takes each element of an array; one that cannot be read is remarked and delays no other.</summary>
    public void Each(JsonElement array, string path, Func<JsonElement, string, FeedRecord?> read)
    {
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (IsFull)
            {
                Document.Add(FindingCodes.FeedTooMany, path, $"More than {FeedJson.RecordsMax} records.");
                return;
            }

            One(element, $"{path}[{index++}]", read);
        }
    }

    public void One(JsonElement element, string path, Func<JsonElement, string, FeedRecord?> read)
    {
        try
        {
            if (element.IsObject() && read(element, path) is { } record) Add(record);
            else Document.Add(FindingCodes.RecordUnreadable, path, "The record is not in the form of this feed.");
        }
        catch (InvalidOperationException)
        {
            Document.Add(FindingCodes.RecordUnreadable, path, "A text holds half a character.");
        }
    }

    public FeedDecode Refuse(FindingCode code, string message)
    {
        Document.Add(code, "", message);
        return ToDecode();
    }

    public FeedDecode ToDecode() => new(_records, Document.Items);
}
