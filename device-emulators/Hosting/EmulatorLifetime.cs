using System.Globalization;
using System.Runtime.InteropServices;

namespace AlertGateway.Emulators.Hosting;

/// <summary>Ends the emulator on SIGTERM, on SIGINT, or when the process that started it is gone (looked at once a second).</summary>
public sealed class EmulatorLifetime : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly Timer? _watch;

    /// <param name="parentPid">Process to outlive by no more than a second, or null.</param>
    public EmulatorLifetime(int? parentPid)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        if (parentPid is not { } pid) return;
        var started = StartTime(pid);
        _watch = new Timer(_ => { if (started is null || StartTime(pid) != started) End(); }, null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>Cancelled when the emulator is to end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Completes when the emulator is to end.</summary>
    public async Task WaitAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Ended.Register(() => done.TrySetResult());
        await done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        _terminate.Dispose();
        _interrupt.Dispose();
        _ended.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        End();
    }

    private void End()
    {
        try { _ended.Cancel(); }
        catch (ObjectDisposedException) { /* The watch fired while the process was already leaving. */ }
    }

    /// <summary>Start time in clock ticks since boot (field 22 of /proc/PID/stat), which tells a reused pid apart; null when gone or a zombie.</summary>
    private static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (IOException) { return null; }
        catch (UnauthorizedAccessException) { return null; }
    }
}
