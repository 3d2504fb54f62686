using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlertGateway.Cap;

/// <summary>The verdict on one alert as <c>agw cap check</c> prints it; docs/cli/cap-check.schema.json describes the JSON form.</summary>
public static class CapReport
{
    // Chinese stays readable in a terminal; the output is a JSON line, never part of a web page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON object without a line break per alert of the document.</summary>
    public static IEnumerable<string> JsonLines(string file, CapDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Messages.Select(m => Json(file, document, m));
    }

    /// <summary>One line of plain text per alert, then one indented line per finding.</summary>
    public static IEnumerable<string> TextLines(string file, CapDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        foreach (var m in document.Messages)
        {
            var name = m.Alert is { } a ? $"{a.Sender},{a.Identifier},{a.SentText} {Word(a.Status, a.StatusText)} {Word(a.MsgType, a.MsgTypeText)}" : "-";
            yield return Printable($"{file}[{m.Index}] {Lower(m.Disposition)} CAP {Version(m.Version) ?? "?"} schema {(m.XsdValid is { } v ? v ? "valid" : "invalid" : "-")} {Lower(m.Signature)} {name}");
            foreach (var f in m.Findings) yield return Printable($"  {Lower(f.Level)} {f.Code} {f.Path} {f.Message}");
        }
    }

    private static string Json(string file, CapDocument document, CapMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteNumber("index", message.Index);
            json.WriteString("version", Version(message.Version));
            json.WriteString("root", document.RootName.Length == 0 ? null : document.RootName);
            if (message.XsdValid is { } valid) json.WriteBoolean("xsdValid", valid);
            else json.WriteNull("xsdValid");
            WriteIdentity(json, message.Alert);
            json.WriteString("status", message.Alert is { } a ? Word(a.Status, a.StatusText) : null);
            json.WriteString("msgType", message.Alert is { } b ? Word(b.MsgType, b.MsgTypeText) : null);
            json.WriteString("scope", message.Alert is { } c ? Word(c.Scope, c.ScopeText) : null);
            WriteCounts(json, message.Alert);
            json.WriteString("signature", Lower(message.Signature));
            json.WriteStartArray("findings");
            foreach (var f in message.Findings)
            {
                json.WriteStartObject();
                json.WriteString("code", f.Code);
                json.WriteString("level", Lower(f.Level));
                json.WriteString("path", f.Path);
                json.WriteString("message", f.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("disposition", Lower(message.Disposition));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteIdentity(Utf8JsonWriter json, Alert? alert)
    {
        if (alert is null || (alert.Sender.Length == 0 && alert.Identifier.Length == 0 && alert.SentText.Length == 0))
        {
            json.WriteNull("identity");
            return;
        }

        json.WriteStartObject("identity");
        json.WriteString("sender", Given(alert.Sender));
        json.WriteString("identifier", Given(alert.Identifier));
        json.WriteString("sent", Given(alert.SentText));
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, Alert? alert)
    {
        var infos = alert?.Infos ?? [];
        var areas = infos.SelectMany(i => i.Areas).ToList();
        json.WriteStartArray("languages");
        foreach (var language in infos.Select(i => i.LanguageOrDefault).Distinct()) json.WriteStringValue(language);
        json.WriteEndArray();
        json.WriteNumber("infos", infos.Count);
        json.WriteNumber("areas", areas.Count);
        json.WriteNumber("polygons", areas.Sum(x => x.Polygons.Count + x.UnreadablePolygons.Count));
        json.WriteNumber("circles", areas.Sum(x => x.Circles.Count + x.UnreadableCircles.Count));
        json.WriteNumber("geocodes", areas.Sum(x => x.Geocodes.Count));
        json.WriteNumber("resources", infos.Sum(i => i.Resources.Count));
        json.WriteNumber("references", alert?.References.Count ?? 0);
    }

    private static string? Word<T>(T value, string? text) where T : struct, Enum => Words<T>.Write(value) ?? text;

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static string? Version(CapVersion version) => version switch
    {
        CapVersion.V10 => "1.0",
        CapVersion.V11 => "1.1",
        CapVersion.V12 => "1.2",
        _ => null,
    };

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    // Control characters from a document must not steer the terminal of the person who checks it.
    private static string Printable(string line) => line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? '�' : c)) : line;
}
