using AlertGateway.Core;

namespace AlertGateway.Server.Composition;

/// <summary>Keeps <see cref="ClockLine"/> beside the ledger. Not the truth: where it is missing, unreadable or of another boot, the ledger's newest row counts.</summary>
internal sealed class ClockFile(string path, string boot, ClockWatch watch)
{
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(10);

    private long? _kept;

    /// <summary>Which boot of the machine this is; empty where the system does not say, and then nothing is kept.</summary>
    public static string ThisBoot()
    {
        const string file = "/proc/sys/kernel/random/boot_id";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    /// <summary>Before anything is stamped.</summary>
    /// <param name="newestTicks">Of the ledger's rows, UTC; 0 for none.</param>
    public void TakeUp(long newestTicks)
    {
        if (Read() is { } reckoned) watch.BeginAt(Math.Max(reckoned, newestTicks));
        else watch.BeginNotBefore(newestTicks);
    }

    /// <summary>Every ten seconds, or now.</summary>
    public void Keep(bool now)
    {
        if (boot.Length == 0 || (!now && _kept is { } kept && watch.GetElapsedTime(kept) < KeepEvery)) return;
        _kept = watch.GetTimestamp();
        try
        {
            File.WriteAllText(path + ".new", ClockLine.Write(watch, boot) + "\n");
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // On a full disk the line of before is as good: both clocks have gone on alike.
        }
    }

    private long? Read()
    {
        try
        {
            return File.Exists(path) ? ClockLine.Read(File.ReadAllText(path), watch, boot) : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
