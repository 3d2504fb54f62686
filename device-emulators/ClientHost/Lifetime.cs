using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AlertGateway.Emulators.ClientHost;

/// <summary>Ends the process cleanly on SIGTERM and SIGINT, and when the process named by <c>--parent</c> is gone.</summary>
internal sealed class Lifetime : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly ITimer? _parentWatch;

    /// <param name="parent">Process id to watch once a second, or 0 for none.</param>
    public Lifetime(int parent, TimeProvider clock)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        if (parent > 0)
        {
            _parentWatch = clock.CreateTimer(_ => EndWithout(parent), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }
    }

    public CancellationToken Ending => _ending.Token;

    public void Dispose()
    {
        _parentWatch?.Dispose();
        _terminate.Dispose();
        _interrupt.Dispose();
        _ending.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        _ending.Cancel();
    }

    private void EndWithout(int parent)
    {
        try
        {
            using var process = Process.GetProcessById(parent);
            if (!process.HasExited)
            {
                return;
            }
        }
        catch (ArgumentException)
        {
            // No such process: the supervisor died without saying so.
        }

        _ending.Cancel();
    }
}
