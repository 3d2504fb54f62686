using System.Text;

namespace AlertGateway.Tests.Fuzz;

/// <summary>Spoils a document in one of the ways in which real ones are spoilt, or in which an attacker would spoil it. The same random numbers give the same bytes.</summary>
internal static class Mutator
{
    /// <summary>Bounds what a mutation may grow to, in bytes: above the reader's own limit, so that the limit is met too.</summary>
    private const int BytesMax = 6_000_000;

    private static readonly byte[][] Tokens =
    [
        .. ((string[])
        [
            "<", ">", "</", "/>", "&", "&amp;", "&#0;", "&#x1F600;", "]]>", "<![CDATA[", "<!--", "-->", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<!DOCTYPE x [<!ENTITY e \"e\">]>", "&e;",
            "<alert>", "</alert>", "<info>", "</info>", "<area>", "<polygon>", "</polygon>", "<geocode>", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">", "xmlns=\"\"", "xmlns:a=\"a\"",
            "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\uD800", ":", ",", "null", "true", "1e999", "-0", "9223372036854775808", "-999999", "NaN", "Infinity", "2568-01-01T00:00:00+07:00",
            "0001-01-01T00:00:00-14:00", "9999-12-31T23:59:60+14:00", "31.4,119.4", "91,181", "1e308,1e308", "119.4,31.4 ", "红色预警", "\u202E", "\uFEFF", "\0",
        ]).Select(Encoding.UTF8.GetBytes),
        [0x7E, 0x7E], [0x02], [0x03], [0x05], [0x16], [0x17], [0xF0, 0xF0], [0xF1, 0xF1], [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80],
    ];

    public static byte[] Mutate(byte[] seed, byte[] other, Random random)
    {
        var bytes = new List<byte>(seed);
        for (var n = 1 + random.Next(6); n > 0; n--) Once(bytes, other, random);
        return [.. bytes];
    }

    private static void Once(List<byte> bytes, byte[] other, Random random)
    {
        var at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        var length = Math.Min(bytes.Count - at, 1 + random.Next(random.Next(4) == 0 ? 4_000 : 40));
        switch (random.Next(12))
        {
            case 0 when bytes.Count > 0: bytes[at] = (byte)random.Next(256); break;
            case 1 when bytes.Count > 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 4 when bytes.Count > 0: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
            case 5: bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]); break;
            case 6: Replace(bytes, at, Tokens[random.Next(Tokens.Length)]); break;
            case 7 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            case 8 when other.Length > 0: Splice(bytes, at, other, random); break;
            case 9 when random.Next(12) == 0: Flood(bytes, at, length, random); break;
            case 10: Digits(bytes, at, random); break;
            default: bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]); break;
        }
    }

    private static void Replace(List<byte> bytes, int at, byte[] token)
    {
        bytes.RemoveRange(at, Math.Min(token.Length, bytes.Count - at));
        bytes.InsertRange(at, token);
    }

    private static void Splice(List<byte> bytes, int at, byte[] other, Random random)
    {
        var from = random.Next(other.Length);
        bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, random.Next(1, 2_000))).ToArray());
    }

    // The same piece many times: deep nesting, thousands of areas, endless numbers.
    private static void Flood(List<byte> bytes, int at, int length, Random random)
    {
        var piece = random.Next(3) == 0 ? Tokens[random.Next(Tokens.Length)] : [.. bytes.GetRange(at, Math.Min(length, 200))];
        if (piece.Length == 0) return;
        var times = Math.Min(1 + random.Next(20_000), (BytesMax - bytes.Count) / piece.Length);
        if (times <= 0) return;
        var flood = new byte[piece.Length * times];
        for (var i = 0; i < times; i++) piece.CopyTo(flood, i * piece.Length);
        bytes.InsertRange(at, flood);
    }

    // The next digits become other digits: times, coordinates, codes and lengths that are well formed and wrong.
    private static void Digits(List<byte> bytes, int at, Random random)
    {
        for (var i = at; i < Math.Min(bytes.Count, at + 60); i++)
        {
            if (bytes[i] is >= (byte)'0' and <= (byte)'9') bytes[i] = (byte)('0' + random.Next(10));
        }
    }
}
