using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Broadcast;

/// <summary>The open orders of one station, and whether its encoder is there. Thread-safe.</summary>
internal sealed class BroadcastStationDesk(TimeProvider clock, TimeSpan presence)
{
    /// <summary>Open orders that are kept. One too many sheds the least severe, of those the oldest, and never a stop.</summary>
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

    /// <summary>False when there is no room, because all open orders are graver.</summary>
    public bool Post(BroadcastOrder order)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            // A repeated attempt replaces the order it repeats; a stop takes away what it stops.
            _orders.RemoveAll(o => o.Tag == order.Tag || o.Tag.Key == order.StopKey);
            if (_orders.Count == OrdersMax) RemoveClosed();
            if (_orders.Count == OrdersMax && !MakesRoom(order.Weight)) return false;
            _orders.Add(order);
            (news, _news) = (_news, NewSignal());
        }
        news.TrySetResult();
        return true;
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
            RemoveClosed();
            foreach (var order in _orders)
            {
                if (order.Serial <= after) continue;
                order.HandedOut = true;
                taken.Add(order);
            }
            return (taken, _news.Task);
        }
    }

    /// <summary>Takes out what was cancelled or is over.</summary>
    private void RemoveClosed()
    {
        long now = clock.GetUtcNow().UtcTicks;
        _orders.RemoveAll(o =>
        {
            if (o.Gate.IsOpen && o.NotAfterTicks > now) return false;
            if (!o.HandedOut) o.Answered(DispatchOutcome.NotSent);
            return true;
        });
    }

    private bool MakesRoom(int weight)
    {
        var lightest = _orders.MinBy(static o => o.Weight)!;
        if (lightest.Weight == OutgoingDelivery.NeverShed || lightest.Weight > weight) return false;
        _orders.Remove(lightest);
        // Whoever waits for its answer is told now; the encoder may have one that was handed out.
        lightest.Answered(lightest.HandedOut ? DispatchOutcome.Unknown(DispatchError.TimedOut) : DispatchOutcome.RetryLater(DispatchError.DeviceSilent));
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
