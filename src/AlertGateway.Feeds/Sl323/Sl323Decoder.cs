using System.Globalization;
using System.Text;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.Sl323;

/// <summary>
/// Decodes rows of the tables of SL 323-2011 (ST_STBPRP_B, ST_PPTN_R, ST_RIVER_R, ST_RSVR_R), as CSV, as tab-separated text or as a JSON array of rows. Tables are told apart by their
/// columns; a line that contains STCD begins a new table. UTF-8, or GB 18030 where the bytes are no UTF-8. Times are Beijing time.
/// </summary>
public static class Sl323Decoder
{
    public const string Kind = "sl323";

    private static readonly (string Column, string Quantity, string Unit)[] Columns =
    [
        ("Z", Quantities.Stage, "m"), ("Q", Quantities.Flow, "m3/s"),
        ("RZ", Quantities.ReservoirStage, "m"), ("BLRZ", Quantities.TailStage, "m"), ("INQ", Quantities.Inflow, "m3/s"), ("OTQ", Quantities.Outflow, "m3/s"), ("W", Quantities.Storage, "10^6 m3"),
        ("DYP", Quantities.RainDay, "mm"), ("UPZ", Quantities.ReservoirStage, "m"), ("DWZ", Quantities.TailStage, "m"), ("TGTQ", Quantities.Outflow, "m3/s"), ("GTOPHGT", Quantities.GateOpening, "m"),
    ];

    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var into = new HydroRecords(Kind, receivedAt);
        var places = new Dictionary<string, (double Lat, double Lon)>(StringComparer.Ordinal);
        if (HydroJson.Parse(bytes) is { } json)
        {
            using (json) FromJson(json.RootElement, into, places);
        }
        else
        {
            FromText(Text(bytes.Span), into, places);
        }

        var done = into.Done();
        return places.Count == 0 ? done : done with { Records = [.. done.Records.Select(r => r.Lat is null && places.TryGetValue(Quantities.Split(r.Id)?.Station ?? "", out var p) ? r with { Lat = p.Lat, Lon = p.Lon } : r)] };
    }

    private static void FromJson(JsonElement root, HydroRecords into, Dictionary<string, (double Lat, double Lon)> places)
    {
        var rows = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : HydroJson.Items(root, "data").Concat(HydroJson.Items(root, "rows"));
        var n = 0;
        foreach (var row in rows)
        {
            var cells = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            if (row.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in row.EnumerateObject())
                {
                    if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number) cells[member.Name] = member.Value.ValueKind == JsonValueKind.String ? HydroJson.Words(member.Value) ?? "" : member.Value.GetRawText();
                }
            }

            Row(name => cells.GetValueOrDefault(name), into, places, string.Create(CultureInfo.InvariantCulture, $"/row[{n++}]"));
        }

        if (n == 0) into.Add(FindingCodes.HydroDocument, "", "There are no rows of an SL 323 table.");
    }

    private static void FromText(string text, HydroRecords into, Dictionary<string, (double Lat, double Lon)> places)
    {
        Dictionary<string, int>? heads = null;
        var separator = ',';
        var line = 0;
        foreach (var raw in text.Split('\n'))
        {
            line++;
            var trimmed = raw.Trim('\r', ' ');
            if (trimmed.Length == 0 || trimmed.StartsWith('#') || trimmed.StartsWith("--", StringComparison.Ordinal)) continue;
            var path = string.Create(CultureInfo.InvariantCulture, $"/line[{line}]");
            if (IsHeading(trimmed))
            {
                separator = trimmed.Contains('\t', StringComparison.Ordinal) ? '\t' : trimmed.Contains(';', StringComparison.Ordinal) ? ';' : ',';
                heads = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
                foreach (var cell in Cells(trimmed, separator)) heads.TryAdd(cell, heads.Count);
                continue;
            }

            if (heads is null)
            {
                if (!trimmed.StartsWith("ST_", StringComparison.OrdinalIgnoreCase)) into.Add(FindingCodes.HydroDocument, path, "A row stands before any heading with STCD.");
                continue;
            }

            if (trimmed.StartsWith("ST_", StringComparison.OrdinalIgnoreCase) && !trimmed.Contains(separator, StringComparison.Ordinal)) continue; // a table's name on a line of its own
            var cells = Cells(trimmed, separator);
            var known = heads;
            Row(name => known.TryGetValue(name, out var at) && at < cells.Count ? cells[at] : null, into, places, path);
        }

        if (heads is null) into.Add(FindingCodes.HydroDocument, "", "There is no heading with STCD.");
    }

    private static void Row(Func<string, string?> cell, HydroRecords into, Dictionary<string, (double Lat, double Lon)> places, string path)
    {
        var station = cell("STCD")?.Trim();
        if (station is not { Length: > 0 and <= 20 } || station.Contains('/', StringComparison.Ordinal))
        {
            into.Add(FindingCodes.HydroRecord, path, "A row has no station code (STCD).");
            return;
        }

        if (cell("LGTD") is { } lgtd && cell("LTTD") is { } lttd)
        {
            // A station of ST_STBPRP_B: where it is, and nothing measured.
            if (Number(lttd) is { } lat and >= -90 and <= 90 && Number(lgtd) is { } lon and >= -180 and <= 180 && (lat != 0 || lon != 0)) places[station] = (lat, lon);
            else into.Add(FindingCodes.HydroRecord, path, $"Station {station} has no place.");
            into.Add(new FeedRecord { Kind = Kind, Type = FeedRecordType.Observation, Id = Quantities.Id(station, "station"), Status = "Actual", Lat = Number(lttd), Lon = Number(lgtd) }, path);
            return;
        }

        var text = cell("TM");
        var time = text is null ? null : BeijingTime.Read(text);
        var before = into.Count;
        if (cell("DRP") is { } rain) Value(station, Quantities.Rain(Minutes(cell("INTV"))), "mm", time, rain, into, path);
        foreach (var (column, quantity, unit) in Columns)
        {
            if (cell(column) is { } value) Value(station, quantity, unit, time, value, into, path);
        }

        if (into.Count == before) into.Add(FindingCodes.HydroRecord, path, $"The row of station {station} has no known column.");
    }

    private static void Value(string station, string quantity, string unit, DateTimeOffset? time, string text, HydroRecords into, string path)
    {
        text = text.Trim();
        if (IsMissing(text)) into.Add(station, quantity, time, null, unit, path);
        else if (Number(text) is { } value) into.Add(station, quantity, time, value, unit, path);
        else into.Add(station, quantity, time, null, unit, path, findings: [HydroRecords.Of(FindingCodes.HydroValue, path, "A value is no number.")]);
    }

    /// <summary>An empty cell, a null as databases write it, and the nines that stand for "no value".</summary>
    private static bool IsMissing(string text)
    {
        if (text.Length == 0 || text is "\\N" or "-" or "--" || text.Equals("NULL", StringComparison.OrdinalIgnoreCase)) return true;
        var digits = text.AsSpan().TrimStart('-');
        if (digits.ContainsAnyExcept("9.0") || digits.IsEmpty || digits[0] != '9') return false;
        var nines = digits.Count('9');
        return digits.TrimEnd("0.").ContainsAnyExcept("9.") is false && (text[0] == '-' ? nines >= 3 : nines >= 5);
    }

    /// <summary>INTV is hours and minutes written as hh.mm; without it the period is one hour.</summary>
    private static int Minutes(string? interval)
    {
        if (interval is null || !decimal.TryParse(interval.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) || hours is <= 0 or > 99) return 60;
        var minutes = ((int)decimal.Truncate(hours) * 60) + (int)decimal.Round((hours - decimal.Truncate(hours)) * 100);
        return minutes is > 0 ? minutes : 60;
    }

    private static double? Number(string text) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static bool IsHeading(string line) => line.Split(',', '\t', ';').Any(c => c.Trim().Trim('"').Equals("STCD", StringComparison.OrdinalIgnoreCase));

    /// <summary>The cells of one line (RFC 4180 quotes; line breaks inside quotes do not occur in these tables).</summary>
    private static List<string> Cells(string line, char separator)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
            else if (c == '"') quoted = !quoted;
            else if (c == separator && !quoted)
            {
                cells.Add(cell.ToString().Trim().Trim('\''));
                cell.Clear();
            }
            else cell.Append(c);
        }

        cells.Add(cell.ToString().Trim().Trim('\''));
        return cells;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Gb18030.GetString(bytes);
        }
    }
}
