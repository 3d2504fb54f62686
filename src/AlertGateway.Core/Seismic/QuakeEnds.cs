using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Seismic;

/// <summary>Until when each village may be warned of an earthquake: until its own S wave arrives, in whole seconds, as a warning's expiry is, and never beyond the arrival. UTC ticks by the village's index in the registry.</summary>
public static class QuakeEnds
{
    /// <param name="villageOf">Code of each village → its index.</param>
    /// <returns><see cref="long.MaxValue"/> for what is not among the shaking.</returns>
    public static long[] Of(IReadOnlyList<PlaceShaking> shaking, IReadOnlyDictionary<string, int> villageOf)
    {
        ArgumentNullException.ThrowIfNull(shaking);
        ArgumentNullException.ThrowIfNull(villageOf);
        var ends = new long[villageOf.Count];
        Array.Fill(ends, long.MaxValue);
        foreach (var s in shaking) ends[villageOf[s.Place.Code]] = EndOf(s.SArrival);
        return ends;
    }

    /// <summary>The same from the message alone; empty for one that is no earthquake warning of ours.</summary>
    public static long[] Of(Alert alert, IReadOnlyList<Division> villages)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(villages);
        if (QuakeAlerts.ReportOf(alert, new SubmissionSource(alert.Sender, Official: false, 0)) is not { Cancel: false, Origin: { } origin, Lat: { } lat, Lon: { } lon } report || QuakeAlerts.IsAdvice(alert) || QuakeAlerts.AskedBy(alert).Length > 0) return [];
        return [.. villages.Select(v => EndOf(origin + SeismicWaves.STravel(SeismicWaves.HypocentralKm(SeismicWaves.EpicentralKm(lat, lon, v.LatitudeDegrees, v.LongitudeDegrees), report.DepthKm))))];
    }

    private static long EndOf(DateTimeOffset arrival) => arrival.UtcTicks - (arrival.UtcTicks % TimeSpan.TicksPerSecond);
}
