using System.Globalization;
using System.Text.Json;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Sms;

/// <summary>Reads the provider's list of messages to one number, newest first.</summary>
internal static class TwilioMessageList
{
    private static readonly string[] DateForms = ["ddd, dd MMM yyyy HH:mm:ss zzz", "ddd, d MMM yyyy HH:mm:ss zzz", "ddd, dd MMM yyyy HH:mm:ss 'GMT'"];

    /// <summary>Looks for a message with this body made at or after <paramref name="since"/>. "Never taken" needs a list that certainly reaches back that far.</summary>
    public static AskOutcome Find(ReadOnlyMemory<byte> json, string number, string body, DateTimeOffset since)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array) return new(AskAnswer.CannotTell);
        bool complete = !root.TryGetProperty("next_page_uri", out var next) || next.ValueKind == JsonValueKind.Null;
        foreach (var message in messages.EnumerateArray())
        {
            if (Text(message, "to") != number) continue;
            // A resource has whole seconds: 20:00:03.9 is told as 20:00:03.
            if (!DateTimeOffset.TryParseExact(Text(message, "date_created"), DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)) return new(AskAnswer.CannotTell);
            if (created < since)
            {
                complete = true;
                continue;
            }
            if (Text(message, "body") == body) return new(AskAnswer.Taken, Text(message, "sid"));
        }
        return new(complete ? AskAnswer.NeverTaken : AskAnswer.CannotTell);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
