using System.Globalization;
using System.Text;
using AlertGateway.Feeds.Sl651;

namespace AlertGateway.Tests.Feeds.Hydrology;

/// <summary>Frames as stations sent them (protocol vectors; their checksums are right), and a writer for others.</summary>
internal static class Sl651Frames
{
    public const string Link = "7E7E01001234567812342F0008020003591011155111036BCA";
    public const string Test = "7E7E010012345678123430002B020003591011154947F1F1001234567848F0F0591011154920190000052619000005392300000127381211150320FA";
    public const string Timed = "7E7E05001122334403E832002B020034170718110016F1F1001122334448F0F01707181100201900004026190000403923000104903812109903A421";
    public const string Hourly = "7E7E05001122334403E8340068020033170718110014F1F1001122334448F0F01707181005F4600500000014FFFFFFFFFF0000F0F017071811002619000040F0F01707181005F5C0000C000C001C00310031FFFFFFFFFFFFFFFFFFFF00310031F0F0170718110039230001049020190000403812109903F502";
    public const string River = "7E7E02001234567804D232002B020012141205110002F1F1001234567848F0F014120511002019000100261900010039230001442038121220039FE1";

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    public static byte[] Uplink(string station, byte function, string bodyHex, byte start = 0x02, byte end = 0x03)
    {
        byte[] body = Convert.FromHexString(bodyHex);
        byte[] head = Convert.FromHexString(string.Create(CultureInfo.InvariantCulture, $"7E7E01{station}1234{function:X2}{body.Length:X4}{start:X2}"));
        byte[] frame = [.. head, .. body, end];
        var crc = Sl651Crc.Of(frame);
        return [.. frame, (byte)(crc >> 8), (byte)crc];
    }

    /// <summary>A timed report of one element.</summary>
    public static byte[] Report(string station, string element, DateTimeOffset at, byte function = 0x32, int serial = 1)
    {
        var time = at.ToOffset(TimeSpan.FromHours(8));
        var observed = time.ToString("yyMMddHHmm", CultureInfo.InvariantCulture);
        return Uplink(station, function, string.Create(CultureInfo.InvariantCulture, $"{serial:X4}{time:yyMMddHHmmss}F1F1{station}48F0F0{observed}{element}"));
    }

    public static byte[] Ascii(string body)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"\u0001011234567890ABCD320{body.Length:X3}\u0002{body}\u0003");
        byte[] frame = Encoding.ASCII.GetBytes(text);
        return [.. frame, .. Encoding.ASCII.GetBytes(Sl651Crc.Of(frame).ToString("X4", CultureInfo.InvariantCulture))];
    }
}
