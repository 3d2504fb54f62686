using System.Diagnostics;

namespace AlertGateway.CityLoad;

/// <summary>The host's one monotonic clock, by which the gateway and the far sides' journals give their instants.</summary>
internal static class Monotonic
{
    public static long Nanoseconds => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
