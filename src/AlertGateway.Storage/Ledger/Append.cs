namespace AlertGateway.Storage.Ledger;

/// <summary>Rows that wait for the ledger's writer: all of them become durable, or none.</summary>
internal abstract class Append(ReadOnlyMemory<LedgerEvent> events, bool begins)
{
    /// <summary>A full disk refuses it.</summary>
    public bool Begins { get; } = begins;

    public ReadOnlyMemory<LedgerEvent> Events { get; } = events;

    /// <param name="first">Number of the first row.</param>
    public abstract void Succeed(long first);

    public abstract void Fail(LedgerException failure);
}

/// <summary>Somebody awaits it, and goes on in the pool.</summary>
internal sealed class AwaitedAppend(ReadOnlyMemory<LedgerEvent> events, bool begins) : Append(events, begins)
{
    public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Succeed(long first) => Done.TrySetResult(first);

    public override void Fail(LedgerException failure) => Done.TrySetException(failure);
}

/// <summary>Somebody is called on the writer's own thread.</summary>
internal sealed class CallingAppend(ReadOnlyMemory<LedgerEvent> events, bool begins, Action<Exception?> whenDurable) : Append(events, begins)
{
    public override void Succeed(long first) => whenDurable(null);

    public override void Fail(LedgerException failure) => whenDurable(failure);
}
