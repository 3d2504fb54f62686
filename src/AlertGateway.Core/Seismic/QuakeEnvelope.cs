namespace AlertGateway.Core.Seismic;

/// <summary>What cannot be true about a report, as stable words. A report with any doubt is never released without a person.</summary>
public static class QuakeEnvelope
{
    /// <param name="previous">The last report of the same source about the same event, or null.</param>
    public static IReadOnlyList<string> Doubts(QuakeReport report, QuakeReport? previous, DateTimeOffset now, QuakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(options);
        var doubts = new List<string>();
        if (report.Doubtful) doubts.Add("report-doubtful");
        if (report.Lat is not { } lat || report.Lon is not { } lon || !double.IsFinite(lat) || !double.IsFinite(lon) || Math.Abs(lat) > 90 || Math.Abs(lon) > 180) doubts.Add("place-missing");
        if (report.Magnitude is not { } magnitude || !double.IsFinite(magnitude)) doubts.Add("magnitude-missing");
        else if (magnitude > options.MagnitudeMax) doubts.Add("magnitude-implausible");
        if (report.DepthKm is { } depth && (!double.IsFinite(depth) || depth < 0 || depth > options.DepthKmMax)) doubts.Add("depth-implausible");
        if (report.Origin is not { } origin) doubts.Add("origin-missing");
        else if (origin > now + options.AheadMax) doubts.Add("origin-ahead");
        if (previous is { Magnitude: { } before } && report.Magnitude is { } after && Math.Abs(after - before) > options.MagnitudeJumpMax) doubts.Add("magnitude-jumps");
        if (previous is { Lat: { } latBefore, Lon: { } lonBefore } && report is { Lat: { } latNow, Lon: { } lonNow } && SeismicWaves.EpicentralKm(latBefore, lonBefore, latNow, lonNow) > options.MoveKmMax) doubts.Add("place-jumps");
        return doubts;
    }

    /// <summary>Whether two reports mean the same earthquake, by place, time and size.</summary>
    public static bool SameEarthquake(QuakeReport a, QuakeReport b, QuakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(options);
        return a is { Origin: { } originA, Lat: { } latA, Lon: { } lonA, Magnitude: { } sizeA }
            && b is { Origin: { } originB, Lat: { } latB, Lon: { } lonB, Magnitude: { } sizeB }
            && (originA - originB).Duration() <= options.SameWithin
            && SeismicWaves.EpicentralKm(latA, lonA, latB, lonB) <= options.SameWithinKm
            && Math.Abs(sizeA - sizeB) <= options.SameWithinMagnitude;
    }
}
