using System.Diagnostics;
using System.Globalization;

namespace AlertGateway.Tests.Fuzz;

/// <summary>Processor time of the calling thread where the system tells it (Linux), else the wall clock. A busy machine does not make a reader look slow.</summary>
internal static class ThreadTime
{
    private const string SchedStat = "/proc/thread-self/schedstat";
    private static readonly bool Available = File.Exists(SchedStat);

    public static TimeSpan Now()
    {
        if (!Available) return Stopwatch.GetElapsedTime(0);
        var text = File.ReadAllText(SchedStat);
        return TimeSpan.FromTicks(long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture) / 100);
    }
}
