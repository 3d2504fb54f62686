using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.Sl651;

/// <summary>Reads an upward body in the ASCII coding (SL 651-2014 §6.6, tables 16 and 17): serial number, time, then <c>ST address class TT time</c> and pairs of identifier and value, parted by spaces.</summary>
internal static class Sl651AsciiBody
{
    public static void Read(Sl651Frame frame, HydroRecords into, string path)
    {
        var body = Encoding.ASCII.GetString(frame.Body.Span);
        if (body.Length < 16)
        {
            into.Add(FindingCodes.Sl651Body, path, "The body ends in serial number and time.");
            return;
        }

        var serial = int.TryParse(body.AsSpan(0, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var n) ? n.ToString(CultureInfo.InvariantCulture) : null;
        var time = BeijingTime.Read("20" + body[4..16]);
        var station = frame.Station;
        var words = body[16..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length;)
        {
            var word = words[i++];
            if (word == "ST")
            {
                if (i < words.Length && words[i].Length == 10) station = words[i++].ToUpperInvariant();
                if (i < words.Length && words[i].Length <= 2) i++; // the station's class
                continue;
            }

            if (word == "TT")
            {
                time = i < words.Length && words[i].Length is 10 or 12 ? BeijingTime.Read("20" + words[i]) : null;
                i++;
                continue;
            }

            var from = i;
            while (i < words.Length && IsValue(word, words[i], i == from)) i++;
            Element(word, words.AsSpan(from, i - from), station, time, serial, into, path);
        }
    }

    /// <summary>A number; or, right after the identifier of a series, its hexadecimal digits in one word.</summary>
    private static bool IsValue(string identifier, string word, bool first) =>
        !char.IsAsciiLetter(word[0]) || (first && ((identifier == "DRP" && word.Length == 24) || (identifier.StartsWith("DRZ", StringComparison.Ordinal) && word.Length == 48)));

    private static void Element(string word, ReadOnlySpan<string> values, string station, DateTimeOffset? time, string? serial, HydroRecords into, string path)
    {
        if (word is "DRP" || word.StartsWith("DRZ", StringComparison.Ordinal))
        {
            Series(word, values, station, time, serial, into, path);
            return;
        }

        if (Sl651Elements.Find(word) is not { } element || values.Length == 0)
        {
            if (values.Length > 0) into.Add(FindingCodes.Sl651Element, path, "An identifier is not in the table.");
            return;
        }

        var readable = double.TryParse(values[0], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        var missing = readable && values[0].AsSpan().TrimStart('-').TrimEnd('0').ContainsAnyExcept('9', '.') is false && values[0].Length >= 4;
        into.Add(station, element.Quantity, time, readable && !missing ? value : null, element.Unit, path, serial,
            findings: readable ? null : [HydroRecords.Of(FindingCodes.HydroValue, path, "A value is no number.")]);
    }

    /// <summary>Twelve values at five minutes: hexadecimal digits in one word, or numbers one by one.</summary>
    private static void Series(string word, ReadOnlySpan<string> values, string station, DateTimeOffset? time, string? serial, HydroRecords into, string path)
    {
        var rain = word == "DRP";
        var (digits, scale) = rain ? (2, 10.0) : (4, 100.0);
        var quantity = rain ? Quantities.Rain5Min : word is "DRZ" or "DRZ1" ? "relative-stage" : "relative-stage-" + word[3..];
        for (var i = 0; i < 12; i++)
        {
            double? value = null;
            var readable = true;
            if (values.Length == 1 && values[0].Length == 12 * digits)
            {
                readable = int.TryParse(values[0].AsSpan(i * digits, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var raw);
                value = readable && raw != (rain ? 0xFF : 0xFFFF) ? raw / scale : null;
            }
            else if (values.Length == 12)
            {
                readable = double.TryParse(values[i], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
                value = readable ? number : null;
            }
            else
            {
                into.Add(FindingCodes.Sl651Body, path, $"{word} has not twelve values.");
                return;
            }

            into.Add(station, quantity, time + TimeSpan.FromMinutes(5 * i), value, rain ? "mm" : "m", path, serial, findings: readable ? null : [HydroRecords.Of(FindingCodes.HydroValue, path, "A value is no number.")]);
        }
    }
}
