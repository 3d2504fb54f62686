using System.Globalization;
using System.Text.Json;

namespace AlertGateway.Feeds.Hydrology;

/// <summary>Reads members of foreign JSON that may be missing, null, of another type, or a number written as text.</summary>
internal static class HydroJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly string[] TimeForms =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd"];

    /// <summary>Null when the bytes are no JSON.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) && member.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? member : null;

    public static string? Text(JsonElement of, string name) => Member(of, name) switch
    {
        { ValueKind: JsonValueKind.String } text => Words(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>The text of a string; a lone surrogate in it makes it null.</summary>
    public static string? Words(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static double? Number(JsonElement of, string name) => Member(of, name) is { } member ? Number(member) : null;

    public static double? Number(JsonElement member) => member.ValueKind switch
    {
        JsonValueKind.Number when member.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.String when double.TryParse(Words(member), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => null,
    };

    /// <summary>The elements of a list; none when it is no list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement? of, string name) => of is { } o && Member(o, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static DateTimeOffset? Time(JsonElement of, string name) => Time(Text(of, name));

    /// <summary>An instant with its offset; one without counts as UTC, as all of these sources write it.</summary>
    public static DateTimeOffset? Time(string? text) =>
        text is not null && DateTimeOffset.TryParseExact(text.Replace(": ", ":", StringComparison.Ordinal), TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
