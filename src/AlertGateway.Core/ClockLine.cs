using System.Globalization;

namespace AlertGateway.Core;

/// <summary>
/// How a process reckons the time against the monotonic clock of this boot, as a line: <c>agw-clock 1 BOOT TIMESTAMP FREQUENCY TICKS</c>. A process that is started again in the same boot goes on from it, so that a wall clock which jumped in
/// between is seen.
/// </summary>
public static class ClockLine
{
    /// <param name="boot">Which boot of the machine this is.</param>
    public static string Write(ClockWatch watch, string boot)
    {
        ArgumentNullException.ThrowIfNull(watch);
        long timestamp = watch.GetTimestamp();
        return string.Create(CultureInfo.InvariantCulture, $"agw-clock 1 {boot} {timestamp} {watch.TimestampFrequency} {watch.GetUtcNow().UtcTicks}");
    }

    /// <summary>What time it is by the line, UTC ticks; null when it is none, or of another boot.</summary>
    public static long? Read(string line, ClockWatch watch, string boot)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(watch);
        string[] words = line.TrimEnd('\n').Split(' ');
        if (boot.Length == 0 || words.Length != 6 || words[0] != "agw-clock" || words[1] != "1" || words[2] != boot || words[4] != watch.TimestampFrequency.ToString(CultureInfo.InvariantCulture)) return null;
        if (!long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long timestamp) || !long.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)) return null;
        return timestamp > watch.GetTimestamp() || ticks > DateTimeOffset.MaxValue.UtcTicks / 2 ? null : ticks + watch.GetElapsedTime(timestamp).Ticks;
    }
}
