using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Bounded reading of JSON: one document, several in a row, or one on each line as a stream is recorded. A broken line costs only itself.</summary>
internal static class FeedJson
{
    /// <summary>Largest document, in bytes.</summary>
    public const int BytesMax = 32 << 20;

    /// <summary>Most records taken from one document.</summary>
    public const int RecordsMax = 50_000;

    private const int DepthMax = 64;
    private const int ParsesFailedMax = 200;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = DepthMax, AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Calls <paramref name="take"/> for every value. Decoders read text that a document may spell with half a surrogate pair; such a value is unreadable, never an exception.
    /// </summary>
    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, Action<JsonElement, RecordSink> take)
    {
        var sink = new RecordSink();
        if (bytes.Length > BytesMax) return sink.Refuse(FindingCodes.TooLarge, $"The document has {bytes.Length} bytes; at most {BytesMax} are read.");
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (!Utf8.IsValid(bytes.Span)) return sink.Refuse(FindingCodes.EncodingBroken, "The bytes are not valid UTF-8.");
        bytes = WithoutCall(bytes);
        var taken = 0;
        if (TryValues(bytes, take, sink, ref taken))
        {
            if (taken == 0) return sink.Refuse(FindingCodes.NotJson, "The document is empty.");
        }
        else if (!Lines(bytes, take, sink, taken)) return sink.Refuse(FindingCodes.NotJson, "The document is not JSON.");
        return sink.ToDecode();
    }

    private static bool TryValues(ReadOnlyMemory<byte> bytes, Action<JsonElement, RecordSink> take, RecordSink sink, ref int taken)
    {
        // A value is only taken when the whole document can be read: what follows a broken one would be guesswork.
        var values = new List<JsonDocument>();
        try
        {
            var reader = new Utf8JsonReader(bytes.Span, Options);
            while (values.Count < RecordsMax && reader.Read()) values.Add(JsonDocument.ParseValue(ref reader));
            foreach (var value in values)
            {
                taken++;
                Guarded(value.RootElement, take, sink);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    private static bool Lines(ReadOnlyMemory<byte> bytes, Action<JsonElement, RecordSink> take, RecordSink sink, int taken)
    {
        var (number, parsesFailed) = (0, 0);
        var broken = new List<int>();
        while (!bytes.IsEmpty && number < RecordsMax)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? ReadOnlyMemory<byte>.Empty : bytes[(end + 1)..];
            number++;
            var text = line.Span.Trim(" \r\t"u8);
            if (text.IsEmpty) continue;
            // An exception a line is the price of a parser; a document of another kind must not cost one for each of its lines.
            if (text[0] is not ((byte)'{' or (byte)'[') || (taken == 0 && parsesFailed == ParsesFailedMax))
            {
                broken.Add(number);
                continue;
            }

            try
            {
                using var value = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = DepthMax });
                taken++;
                Guarded(value.RootElement, take, sink);
            }
            catch (JsonException)
            {
                parsesFailed++;
                broken.Add(number);
            }
        }

        if (taken > 0) broken.ForEach(line => sink.Document.Add(FindingCodes.NotJson, $"line {line}", "The line is not JSON."));
        return taken > 0;
    }

    private static void Guarded(JsonElement value, Action<JsonElement, RecordSink> take, RecordSink sink)
    {
        try
        {
            take(value, sink);
        }
        catch (InvalidOperationException)
        {
            sink.Document.Add(FindingCodes.RecordUnreadable, "", "A text holds half a character.");
        }
    }

    /// <summary>Takes a script's call around the document off: <c>eqfeed_callback({…});</c>.</summary>
    private static ReadOnlyMemory<byte> WithoutCall(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var open = span[..Math.Min(span.Length, 80)].IndexOf((byte)'(');
        if (open <= 0) return bytes;
        foreach (var b in span[..open])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'.' or (byte)'$' or (byte)' ')) return bytes;
        }

        var close = span.LastIndexOf((byte)')');
        return close > open ? bytes[(open + 1)..close] : bytes;
    }

    /// <summary>The member of that name when the element is an object that has it and it is not null; else an undefined element.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : default;

    /// <summary>Text of a string, or the digits of a number; null for anything else or for nothing but white space.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        var member = element.Member(name);
        var text = member.ValueKind switch
        {
            JsonValueKind.String => member.GetString()!.Trim(),
            JsonValueKind.Number => member.GetRawText(),
            _ => null,
        };
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>A finite number, written as number or as text; null when absent or not readable.</summary>
    public static double? Number(this JsonElement element, string name) => element.Member(name).AsNumber();

    public static double? AsNumber(this JsonElement member)
    {
        if (member.ValueKind == JsonValueKind.Number) return member.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
        return member.ValueKind == JsonValueKind.String ? ToNumber(member.GetString()) : null;
    }

    public static double? ToNumber(string? text) =>
        double.TryParse(text?.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>True for <c>true</c>, a text <c>"true"</c> or <c>"1"</c>, or a number other than zero.</summary>
    public static bool Flag(this JsonElement element, string name)
    {
        var member = element.Member(name);
        return member.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Number => member.AsNumber() is not (null or 0),
            JsonValueKind.String => member.GetString() is { } text && (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text == "1"),
            _ => false,
        };
    }

    public static bool IsObject(this JsonElement element) => element.ValueKind == JsonValueKind.Object;

    public static bool IsArray(this JsonElement element) => element.ValueKind == JsonValueKind.Array;
}
