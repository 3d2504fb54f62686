using System.Collections.Concurrent;

namespace AlertGateway.Core.Dispatch;

/// <summary>
/// A thread of a lane's own, for attempts whose start has just become durable: they leave at once, also while a city's receipts queue for the pool. Thread-safe; ends once disposed, with everything sent that was handed to it.
/// </summary>
internal sealed class SendThread : IDisposable
{
    private readonly ConcurrentQueue<TakenDelivery[]> _durable = [];
    private readonly AutoResetEvent _some = new(false);
    private readonly Action<TakenDelivery[]> _send;
    private volatile bool _ends;

    /// <param name="name">As a debugger shows it.</param>
    /// <param name="send">Begins to send them; waits for nobody and throws nothing.</param>
    public SendThread(string name, Action<TakenDelivery[]> send)
    {
        _send = send;
        new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();
    }

    /// <summary>Never waits: the ledger's writer calls it.</summary>
    public void Post(TakenDelivery[] durable)
    {
        _durable.Enqueue(durable);
        _some.Set();
    }

    // The event is left to the finalizer: whoever posts late must find one.
    public void Dispose()
    {
        _ends = true;
        _some.Set();
    }

    private void Run()
    {
        while (true)
        {
            bool last = _ends;
            while (_durable.TryDequeue(out var taken)) _send(taken);
            if (last) return;
            _some.WaitOne();
        }
    }
}
