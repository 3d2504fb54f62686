namespace AlertGateway.Storage.Ledger;

/// <summary>Rows that wait for the ledger's writer: all of them become durable, or none. Whoever awaits <see cref="Done"/> goes on in the pool.</summary>
/// <param name="begins">A full disk refuses it.</param>
internal sealed class Append(ReadOnlyMemory<LedgerEvent> events, bool begins)
{
    public bool Begins { get; } = begins;

    public ReadOnlyMemory<LedgerEvent> Events { get; } = events;

    /// <summary>Number of the first row.</summary>
    public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
