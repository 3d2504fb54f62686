using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Jma;

/// <summary>What the head of every telegram says.</summary>
internal sealed class Telegram(XElement control, XElement head, DateTimeOffset? receivedAt)
{
    public XElement Head => head;

    public DateTimeOffset? ReceivedAt => receivedAt;

    public string Title => control.Child("Title").TextOrNull() ?? "";

    /// <summary>EventID; telegrams on the weather have none and are known by their title and office.</summary>
    public string Id { get; } = head.Child("EventID").TextOrNull() ?? $"{control.Child("Title").TextOrNull()}/{control.Child("PublishingOffice").TextOrNull() ?? control.Child("EditorialOffice").TextOrNull()}";

    /// <summary>Serial, or the time of the report where there is no serial.</summary>
    public string? Revision { get; } = head.Child("Serial").TextOrNull() ?? head.Child("ReportDateTime").TextOrNull();

    public bool Cancel { get; } = head.Child("InfoType").TextOrNull() == "取消";

    public string Status { get; } = control.Child("Status").TextOrNull() switch
    {
        "通常" => nameof(AlertStatus.Actual),
        "訓練" => nameof(AlertStatus.Exercise),
        _ => nameof(AlertStatus.Test), // 試験, and whatever else is not said to be real
    };

    public FindingList Findings()
    {
        var findings = new FindingList();
        if (control.Child("Status").TextOrNull() is not ("通常" or "訓練" or "試験")) findings.Add(FindingCodes.StatusUnknown, "/Report/Control/Status", "The status is not known; the telegram counts as a test.");
        if (head.Child("InfoType").TextOrNull() is not ("発表" or "訂正" or "遅延" or "取消")) findings.Add(FindingCodes.WordUnknown, "/Report/Head/InfoType", "The kind of telegram is not a known word.");
        if (Id == "/") findings.Add(FindingCodes.RecordIdentity, "/Report/Head/EventID", "The telegram has no identity.");
        return findings;
    }

    public DateTimeOffset? TargetTime(FindingList findings) =>
        FeedTime.Read(head.Child("TargetDateTime").TextOrNull() ?? head.Child("ReportDateTime").TextOrNull(), FeedTime.Japan, receivedAt, happened: false, "/Report/Head/TargetDateTime", findings);
}
