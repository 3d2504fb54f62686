using System.Collections.Concurrent;

namespace AlertGateway.Core.Dispatch;

/// <summary>
/// A thread of a lane's own. What a lane decides and begins runs here and not in the pool, where a flood of receipts or pages would stand before it; what answers do runs in the pool. Whoever is to run here awaits with
/// <c>ConfigureAwait(true)</c>.
/// </summary>
internal sealed class LaneThread : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread _thread;

    public LaneThread(ChannelKind channel)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "lane-" + channel };
        _thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs a method here, and whatever follows its awaits.</summary>
    public Task RunAsync(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Ends the thread once it has nothing left to do. Nothing may be queued afterwards.</summary>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _tasks.Dispose();
    }

    protected override void QueueTask(Task task) => _tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks.ToArray();

    private void Run()
    {
        foreach (var task in _tasks.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
