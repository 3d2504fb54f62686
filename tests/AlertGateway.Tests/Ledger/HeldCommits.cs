using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Ledger;

/// <summary>Keeps the writer in its first commit until told to go on.</summary>
internal sealed class HeldCommits(CancellationToken stop) : ICommitObserver, IDisposable
{
    public List<int> Sizes { get; } = [];

    public ManualResetEventSlim Reached { get; } = new();

    public ManualResetEventSlim GoOn { get; } = new();

    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        Sizes.Add(events.Length);
        Reached.Set();
        GoOn.Wait(stop);
    }

    public void Dispose()
    {
        Reached.Dispose();
        GoOn.Dispose();
    }
}
