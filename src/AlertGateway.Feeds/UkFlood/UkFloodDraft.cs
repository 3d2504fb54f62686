using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.UkFlood;

/// <summary>
/// One flood warning of England as a CAP draft for the desk. The three lists say the same in other words; none gives an identifier, so it is made of the flood area and the time of the message, and a message that is
/// not the first of its warning names the first: the chain holds in any order of arrival. What the lists do not say (urgency, certainty, an end) stays unsaid.
/// </summary>
internal static class UkFloodDraft
{
    private const string Sender = "environment.data.gov.uk";

    /// <param name="rank">3 severe flood warning, 2 flood warning, 1 flood alert, 0 no longer in force.</param>
    /// <param name="started">When this severity began; for lists without a time of raising, the warning's beginning.</param>
    /// <param name="newest">When anything in it last changed.</param>
    /// <param name="raised">When the warning was raised; null where the list does not say.</param>
    public static Alert? Of(JsonElement flood, string area, int rank, DateTimeOffset? started, DateTimeOffset? newest, DateTimeOffset? raised)
    {
        if (newest is not { } sent) return null;
        var first = raised ?? started ?? sent;
        if (first > sent) first = sent;
        var later = first != sent;
        IReadOnlyList<Reference> references = later ? [new Reference(Sender, Identifier(area, first), CapWriter.Time(first), first)] : [];
        var msgType = rank == 0 ? MsgType.Cancel : later ? MsgType.Update : MsgType.Alert;
        var attributes = HydroJson.Member(flood, "attr") ?? flood;
        string place = Said(attributes, "taName", "ta_name") ?? Said(flood, "description") ?? area;
        string event_ = rank switch { 3 => "Severe flood warning", 2 => "Flood warning", 1 => "Flood alert", _ => "Flood warning no longer in force" };
        return CapJson.Make(Identifier(area, sent), Sender, CapWriter.Time(sent), AlertStatus.Actual, msgType, references,
        [
            new Info
            {
                Language = "en-GB",
                Categories = [Category.Met],
                Event = event_,
                Severity = rank switch { 3 => Severity.Extreme, 2 => Severity.Severe, 1 => Severity.Moderate, _ => Severity.Minor },
                SenderName = "Environment Agency",
                Headline = $"{event_}: {place}",
                Description = Said(flood, "message", "situation"),
                // The place of the code is its polygon, which stands at another address; the point of some lists is only where a map is centred.
                Areas = CapJson.Coded(Said(attributes, "taDescription") ?? place, "TargetAreaCode", CapJson.Clean(area)),
            },
        ]);
    }

    private static string Identifier(string area, DateTimeOffset at) => $"{area}_{at.UtcDateTime:yyyyMMddHHmmss}";

    private static string? Said(JsonElement of, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (HydroJson.Text(of, name) is { } text && CapJson.Clean(text)?.Trim() is { Length: > 0 } clean) return clean;
        }

        return null;
    }
}
