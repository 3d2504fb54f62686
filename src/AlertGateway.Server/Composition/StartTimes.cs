using System.Collections.Concurrent;
using System.Diagnostics;

namespace AlertGateway.Server.Composition;

/// <summary>How long a start took until each of its steps was done: milliseconds since the process was made. Start is recovery, and people wait for it.</summary>
internal sealed class StartTimes
{
    private readonly ConcurrentDictionary<string, double> _marks = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly double _before;

    public StartTimes()
    {
        // The kernel keeps a process's start in hundredths of a second.
        using var self = Process.GetCurrentProcess();
        _before = Math.Max(0, (TimeProvider.System.GetUtcNow().UtcDateTime - self.StartTime.ToUniversalTime()).TotalMilliseconds);
        Mark("runtime");
    }

    public IReadOnlyDictionary<string, double> Marks => _marks.OrderBy(m => m.Value).ToDictionary();

    public void Mark(string step) => _marks[step] = Math.Round(_before + _watch.Elapsed.TotalMilliseconds, 1);
}
