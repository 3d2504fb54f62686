using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Broadcast;

/// <summary>The open orders of one station, and whether its encoder is there. Thread-safe.</summary>
internal sealed class BroadcastStationDesk(TimeProvider clock, TimeSpan presence)
{
    /// <summary>Open orders that are kept; the oldest goes first.</summary>
    public const int OrdersMax = 64;

    private readonly Lock _lock = new();
    private readonly List<BroadcastOrder> _orders = [];
    private TaskCompletionSource _news = NewSignal();
    private long _lastPollTicks;
    private int _polling;

    public bool IsPresent
    {
        get
        {
            lock (_lock) return _polling > 0 || clock.GetUtcNow().UtcTicks - _lastPollTicks < presence.Ticks;
        }
    }

    public void Post(BroadcastOrder order)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            // A repeated attempt replaces the order it repeats; a stop takes away what it stops.
            _orders.RemoveAll(o => o.Tag == order.Tag || o.Tag.Key == order.StopKey);
            if (_orders.Count == OrdersMax) _orders.RemoveAt(0);
            _orders.Add(order);
            (news, _news) = (_news, NewSignal());
        }
        news.TrySetResult();
    }

    /// <summary>Takes an order back that nobody has seen; false when the encoder may have it.</summary>
    public bool TryWithdraw(BroadcastOrder order)
    {
        lock (_lock) return !order.HandedOut && _orders.Remove(order);
    }

    /// <summary>The open order of this tag.</summary>
    public BroadcastOrder? Find(DeliveryTag tag)
    {
        lock (_lock) return _orders.Find(o => o.Tag == tag);
    }

    public void Close(BroadcastOrder order)
    {
        lock (_lock) _orders.Remove(order);
    }

    public void PollBegins()
    {
        lock (_lock)
        {
            _polling++;
            _lastPollTicks = clock.GetUtcNow().UtcTicks;
        }
    }

    public void PollEnds()
    {
        lock (_lock)
        {
            _polling--;
            _lastPollTicks = clock.GetUtcNow().UtcTicks;
        }
    }

    /// <summary>Orders newer than <paramref name="after"/> that may still go, marked as handed out, and the signal that tells of the next.</summary>
    public (List<BroadcastOrder> Orders, Task News) Take(long after)
    {
        var taken = new List<BroadcastOrder>();
        lock (_lock)
        {
            long now = clock.GetUtcNow().UtcTicks;
            for (int i = 0; i < _orders.Count; i++)
            {
                var order = _orders[i];
                if (!order.Gate.IsOpen || order.NotAfterTicks <= now)
                {
                    if (!order.HandedOut) order.Answered(DispatchOutcome.NotSent);
                    _orders.RemoveAt(i--);
                }
                else if (order.Serial > after)
                {
                    order.HandedOut = true;
                    taken.Add(order);
                }
            }
            return (taken, _news.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
