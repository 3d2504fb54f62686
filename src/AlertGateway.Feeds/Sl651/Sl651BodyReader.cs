using System.Buffers.Binary;
using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.Sl651;

/// <summary>
/// Reads the elements of an upward HEX/BCD body (SL 651-2014 §6.6). Groups begin with an observation time (F0F0); each element brings its own length and decimals. What stands before a
/// place that cannot be read is kept, and the place is named.
/// </summary>
internal ref struct Sl651BodyReader
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly HydroRecords _into;
    private readonly string _path;
    private readonly byte _function;
    private ReadOnlySpan<byte> _rest;
    private string _station;
    private DateTimeOffset? _time;
    private TimeSpan? _step;
    private string? _serial;

    private Sl651BodyReader(Sl651Frame frame, HydroRecords into, string path)
    {
        _into = into;
        _path = path;
        _function = frame.Function;
        _rest = frame.Body.Span;
        _station = frame.Station;
    }

    public static void Read(Sl651Frame frame, HydroRecords into, string path) => new Sl651BodyReader(frame, into, path).Run();

    private void Run()
    {
        if (!TryTake(8, out var head))
        {
            Bad("serial number and time");
            return;
        }

        _serial = BinaryPrimitives.ReadUInt16BigEndian(head).ToString(CultureInfo.InvariantCulture);
        _time = Time(head[2..8], 6);
        while (_rest.Length > 0)
        {
            if (!Element()) return;
        }
    }

    /// <summary>False when the rest cannot be read.</summary>
    private bool Element()
    {
        if (!TryTake(2, out var mark)) return Bad("an element's identifier");
        switch (mark[0])
        {
            case 0xF1:
                if (!TryTake(6, out var station)) return Bad("the station's address");
                _station = Convert.ToHexString(station[..5]);
                return true;
            case 0xF0:
                if (!TryTake(5, out var time)) return Bad("the time of observation");
                _time = Time(time, 5);
                return true;
            case 0xF2 or 0xF3: // text typed in by hand; a picture: both to the end of the body, nothing to measure
                _rest = default;
                return true;
            case 0x04:
                if (!TryTake(3, out var step)) return Bad("the time step");
                _step = Step(step);
                return true;
            case 0xF4:
                // The definition byte of these two is not trusted: makers write different ones (appendix C fixes 12 and 24 bytes).
                return TryTake(12, out var rain) ? FiveMinuteRain(rain) : Bad("twelve rains of five minutes");
            case >= 0xF5 and <= 0xFC:
                return TryTake(24, out var stages) ? FiveMinuteStages(stages, mark[0]) : Bad("twelve stages of five minutes");
            case 0xFF: // a maker's own element: FF, its number, then a definition
                if (!TryTake(1, out var definition) || !TryTake(definition[0] >> 3, out _)) return Bad("a maker's own element");
                _into.Add(FindingCodes.Sl651Element, _path, string.Create(CultureInfo.InvariantCulture, $"Element FF{mark[1]:X2} is a maker's own."));
                return true;
            default:
                return Number(mark[0], mark[1]);
        }
    }

    private bool Number(byte id, byte definition)
    {
        var (bytes, decimals) = (definition >> 3, definition & 7);
        if (bytes == 0 || !TryTake(bytes, out var digits)) return Bad(string.Create(CultureInfo.InvariantCulture, $"element {id:X2}"));
        if (id == 0x45) return true; // status bits
        if (_function == Sl651Marks.Uniform && _step is { } step && _rest.Length > 0 && _rest.Length % bytes == 0)
        {
            // A series at equal steps: the identifier stands once, then value after value (table 30).
            var first = _time;
            for (var i = 0; ; i++)
            {
                _time = first + (i * step);
                Value(id, digits, decimals);
                if (!TryTake(bytes, out digits)) return true;
            }
        }

        Value(id, digits, decimals);
        return true;
    }

    private readonly void Value(byte id, ReadOnlySpan<byte> digits, int decimals)
    {
        var element = Sl651Elements.Find(id) ?? new Sl651Element(string.Create(CultureInfo.InvariantCulture, $"sl651-{id:X2}"), "");
        var value = Bcd(digits, decimals, out var readable);
        List<Finding>? findings = readable ? null : [HydroRecords.Of(FindingCodes.HydroValue, _path, $"Element {id:X2} has digits that are none: {Convert.ToHexString(digits)}.")];
        if (Sl651Elements.Find(id) is null) (findings ??= []).Add(HydroRecords.Of(FindingCodes.Sl651Element, _path, $"Element {id:X2} is not in the table."));
        if (readable && value is null && findings is not null) findings.Add(HydroRecords.Of(FindingCodes.HydroMissing, _path, "The source marks the value as missing."));
        _into.Add(_station, element.Quantity, _time, value, element.Unit, _path, _serial, findings: findings);
    }

    private readonly bool FiveMinuteRain(ReadOnlySpan<byte> values)
    {
        for (var i = 0; i < 12; i++) _into.Add(_station, Quantities.Rain5Min, _time + (i * FiveMinutes), values[i] == 0xFF ? null : values[i] / 10.0, "mm", _path, _serial);
        return true;
    }

    private readonly bool FiveMinuteStages(ReadOnlySpan<byte> values, byte id)
    {
        // Relative stages count from the station's own zero, in centimetres; only the first series is the river's, the others are intakes.
        var quantity = id == 0xF5 ? "relative-stage" : string.Create(CultureInfo.InvariantCulture, $"relative-stage-{id - 0xF4}");
        for (var i = 0; i < 12; i++)
        {
            var raw = BinaryPrimitives.ReadUInt16BigEndian(values[(2 * i)..]);
            _into.Add(_station, quantity, _time + (i * FiveMinutes), raw == 0xFFFF ? null : raw / 100.0, "m", _path, _serial);
        }

        return true;
    }

    /// <summary>A first byte FF makes the number negative (§6.6.3.3); all bytes FF or AA, or all digits 9, mean that there is no value.</summary>
    internal static double? Bcd(ReadOnlySpan<byte> digits, int decimals, out bool readable)
    {
        readable = true;
        if (!digits.ContainsAnyExcept((byte)0xFF) || !digits.ContainsAnyExcept((byte)0xAA) || !digits.ContainsAnyExcept((byte)0x99)) return null;
        var negative = digits[0] == 0xFF;
        var from = negative ? 1 : 0;
        decimal value = 0; // at most 31 bytes: bounded below
        if (digits.Length - from > 12)
        {
            readable = false;
            return null;
        }

        foreach (var b in digits[from..])
        {
            if (b >> 4 > 9 || (b & 0x0F) > 9)
            {
                readable = false;
                return null;
            }

            value = (value * 100) + ((b >> 4) * 10) + (b & 0x0F);
        }

        for (var i = 0; i < decimals; i++) value /= 10;
        return (double)(negative ? -value : value);
    }

    private static DateTimeOffset? Time(ReadOnlySpan<byte> bcd, int parts)
    {
        Span<int> n = stackalloc int[6];
        n.Clear();
        for (var i = 0; i < parts; i++)
        {
            if (bcd[i] >> 4 > 9 || (bcd[i] & 0x0F) > 9) return null;
            n[i] = ((bcd[i] >> 4) * 10) + (bcd[i] & 0x0F);
        }

        return BeijingTime.Of(n[0], n[1], n[2], n[3], n[4], n[5]);
    }

    private static TimeSpan? Step(ReadOnlySpan<byte> bcd)
    {
        var days = Bcd(bcd[..1], 0, out _);
        var hours = Bcd(bcd[1..2], 0, out _);
        var minutes = Bcd(bcd[2..3], 0, out _);
        return days is { } d && hours is { } h && minutes is { } m ? TimeSpan.FromMinutes((((d * 24) + h) * 60) + m) : null;
    }

    private bool TryTake(int bytes, out ReadOnlySpan<byte> taken)
    {
        if (_rest.Length < bytes)
        {
            taken = default;
            return false;
        }

        taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return true;
    }

    private bool Bad(string what)
    {
        _into.Add(FindingCodes.Sl651Body, _path, $"The body ends in {what}.");
        _rest = default;
        return false;
    }
}
