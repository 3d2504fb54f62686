using System.Globalization;

namespace AlertGateway.Cap;

/// <summary>What a polygon or circle text is, as far as it can be told without a geometry library.</summary>
internal enum ShapeVerdict
{
    Usable,

    /// <summary>Nothing but white space or brackets.</summary>
    Empty,

    Unreadable,

    /// <summary>Readable numbers, but a latitude beyond ±90 or a longitude beyond ±360.</summary>
    OutOfRange,

    /// <summary>Out of range as written, in range with latitude and longitude exchanged.</summary>
    Swapped,

    /// <summary>Fewer than three different points, or a negative or absurd radius.</summary>
    Degenerate,

    /// <summary>More vertices than the message may still have.</summary>
    TooMany,
}

/// <summary>Departures that leave a shape usable.</summary>
[Flags]
internal enum ShapeFlaws
{
    None = 0,

    /// <summary>Not single spaces between <c>lat,lon</c> pairs.</summary>
    Spacing = 1,

    /// <summary>The ring was open and has been closed.</summary>
    Open = 2,

    /// <summary>A longitude beyond ±180.</summary>
    PastAntimeridian = 4,

    /// <summary>A circle of radius zero.</summary>
    PointCircle = 8,
}

/// <summary>The tolerant reader of <c>polygon</c> and <c>circle</c> texts (CAP 1.2 §3.2.4).</summary>
internal static class CapShapes
{
    private const double RadiusKmMax = 20_040; // half the way around the Earth

    public static ShapeVerdict ReadPolygon(string text, int verticesMax, out CapPolygon? polygon, out ShapeFlaws flaws)
    {
        polygon = null;
        flaws = ShapeFlaws.None;
        var points = new List<GeoPoint>();
        var verdict = ReadPairs(text, verticesMax, points, ref flaws);
        if (verdict != ShapeVerdict.Usable) return verdict;
        if (points.Count == 0) return ShapeVerdict.Empty;
        verdict = CheckRange(points, ref flaws);
        if (verdict != ShapeVerdict.Usable) return verdict;
        if (points[0] != points[^1])
        {
            points.Add(points[0]);
            flaws |= ShapeFlaws.Open;
        }

        if (!HasThreeDifferent(points)) return ShapeVerdict.Degenerate;
        points.TrimExcess();
        polygon = new CapPolygon(points) { Text = text };
        return ShapeVerdict.Usable;
    }

    public static ShapeVerdict ReadCircle(string text, out CapCircle? circle, out ShapeFlaws flaws)
    {
        circle = null;
        flaws = ShapeFlaws.None;
        Span<double> numbers = stackalloc double[3];
        var count = 0;
        var rest = text.AsSpan();
        while (NextNumber(ref rest, out var number, out var ok))
        {
            if (!ok || count == 3) return ShapeVerdict.Unreadable;
            numbers[count++] = number;
        }

        if (count == 0) return ShapeVerdict.Empty;
        if (count != 3) return ShapeVerdict.Unreadable;
        var verdict = CheckRange([new GeoPoint(numbers[0], numbers[1])], ref flaws);
        if (verdict != ShapeVerdict.Usable) return verdict;
        if (numbers[2] is < 0 or > RadiusKmMax) return ShapeVerdict.Degenerate;
        if (numbers[2] == 0) flaws |= ShapeFlaws.PointCircle;
        circle = new CapCircle(new GeoPoint(numbers[0], numbers[1]), numbers[2]) { Text = text };
        return ShapeVerdict.Usable;
    }

    // Pairs normally stand as "lat,lon" with one space between. Where they do not, the numbers are taken two by two, as long as no
    // token holds three of them: "lat,lon,height" read in twos would draw another country.
    private static ShapeVerdict ReadPairs(string text, int verticesMax, List<GeoPoint> points, ref ShapeFlaws flaws)
    {
        var rest = text.AsSpan();
        var strict = true;
        if (HasLooseSpacing(text)) flaws |= ShapeFlaws.Spacing;
        while (strict && NextToken(ref rest, out var token))
        {
            var comma = token.IndexOf(',');
            if (comma < 0 || !TryNumber(token[..comma], out var latitude) || !TryNumber(token[(comma + 1)..], out var longitude))
            {
                strict = false;
                break;
            }

            if (points.Count == verticesMax) return ShapeVerdict.TooMany;
            points.Add(new GeoPoint(latitude, longitude));
        }

        return strict ? ShapeVerdict.Usable : ReadLoosePairs(text, verticesMax, points, ref flaws);
    }

    private static ShapeVerdict ReadLoosePairs(string text, int verticesMax, List<GeoPoint> points, ref ShapeFlaws flaws)
    {
        flaws |= ShapeFlaws.Spacing;
        points.Clear();
        var rest = text.AsSpan();
        while (NextToken(ref rest, out var token))
        {
            if (token.TrimEnd(',').Count(',') > 1) return ShapeVerdict.Unreadable;
        }

        rest = text.AsSpan();
        var latitude = double.NaN;
        while (NextNumber(ref rest, out var number, out var ok))
        {
            if (!ok) return ShapeVerdict.Unreadable;
            if (double.IsNaN(latitude))
            {
                latitude = number;
                continue;
            }

            if (points.Count == verticesMax) return ShapeVerdict.TooMany;
            points.Add(new GeoPoint(latitude, number));
            latitude = double.NaN;
        }

        return double.IsNaN(latitude) ? ShapeVerdict.Usable : ShapeVerdict.Unreadable;
    }

    private static ShapeVerdict CheckRange(List<GeoPoint> points, ref ShapeFlaws flaws)
    {
        var outside = false;
        var swappedFits = true;
        foreach (var p in points)
        {
            var latitude = Math.Abs(p.LatitudeDegrees);
            var longitude = Math.Abs(p.LongitudeDegrees);
            if (latitude > 90 || longitude > 360) outside = true;
            if (longitude > 90 || latitude > 180) swappedFits = false;
            if (longitude > 180) flaws |= ShapeFlaws.PastAntimeridian;
        }

        if (!outside) return ShapeVerdict.Usable;
        return swappedFits ? ShapeVerdict.Swapped : ShapeVerdict.OutOfRange;
    }

    private static bool HasThreeDifferent(List<GeoPoint> points)
    {
        var first = points[0];
        GeoPoint? second = null;
        foreach (var p in points)
        {
            if (p == first) continue;
            if (second is null) second = p;
            else if (p != second) return true;
        }

        return false;
    }

    private static bool HasLooseSpacing(string text)
    {
        if (text.Length == 0) return false;
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) return true;
        return text.AsSpan().ContainsAny('\n', '\r', '\t') || text.Contains("  ", StringComparison.Ordinal);
    }

    private static bool NextToken(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> token)
    {
        rest = rest.TrimStart();
        var end = 0;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end])) end++;
        token = rest[..end];
        rest = rest[end..];
        return !token.IsEmpty;
    }

    private static bool NextNumber(ref ReadOnlySpan<char> rest, out double number, out bool ok)
    {
        while (!rest.IsEmpty && IsSeparator(rest[0])) rest = rest[1..];
        var end = 0;
        while (end < rest.Length && !IsSeparator(rest[end])) end++;
        ok = TryNumber(rest[..end], out number);
        rest = rest[end..];
        return end > 0;
    }

    private static bool IsSeparator(char c) => char.IsWhiteSpace(c) || c is ',' or ';' or '(' or ')' or '[' or ']';

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);
}
