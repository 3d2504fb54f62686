using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Push;

/// <summary>
/// One enrolled app: its connection, if any, and the messages that were sent and not yet confirmed as stored. The mailbox is memory only: after a restart the lanes fill it again. Thread-safe; everything under one short lock, so that
/// a message goes out once, in the order of serials, also when the app says hello at that moment.
/// </summary>
internal sealed class ResidentDevice
{
    /// <summary>Messages kept for an app. One too many sheds the least severe, of those the oldest, and never a cancel; where all are graver it is not sent yet.</summary>
    public const int MailboxMax = 16;

    private readonly Lock _lock = new();
    private readonly List<Letter> _mailbox = [];
    private ResidentConnection? _connection;
    private bool _ready;

    /// <summary>True once the app said hello on an open connection.</summary>
    public bool IsOnline
    {
        get
        {
            lock (_lock) return _ready;
        }
    }

    /// <summary>A new connection takes over; the old one is closed.</summary>
    public void Connected(ResidentConnection connection)
    {
        ResidentConnection? old;
        lock (_lock)
        {
            (old, _connection, _ready) = (_connection, connection, false);
        }
        old?.Close();
    }

    public void Disconnected(string connectionId)
    {
        lock (_lock)
        {
            if (_connection?.Id == connectionId) (_connection, _ready) = (null, false);
        }
    }

    /// <summary>The app is there and has everything up to <paramref name="cursor"/>: sends what it has not and what is still valid. False when another connection has taken over.</summary>
    public bool Hello(string connectionId, long cursor, long nowTicks)
    {
        lock (_lock)
        {
            if (_connection is not { } connection || connection.Id != connectionId) return false;
            _ready = true;
            _mailbox.RemoveAll(l => l.Message.Serial <= cursor || l.NotAfterTicks <= nowTicks || !l.Gate.IsOpen);
            foreach (var letter in _mailbox) connection.TrySend(letter.Message);
            return true;
        }
    }

    /// <summary>Sends now, or answers why not.</summary>
    public DispatchOutcome Send(in OutgoingDelivery delivery, PushPayload payload, Func<long> nextSerial)
    {
        lock (_lock)
        {
            if (!_ready || _connection is not { } connection) return DispatchOutcome.Unreachable;
            if (!delivery.Gate.IsOpen) return DispatchOutcome.NotSent;
            var key = delivery.Tag.Key;
            var takenBack = delivery.TakesBack?.Key;
            // I6: what this message repeats or takes back must not follow it.
            _mailbox.RemoveAll(l => l.Key == key || l.Key == takenBack);
            if (_mailbox.Count == MailboxMax && !MakesRoom(delivery.Weight)) return DispatchOutcome.RetryLater(DispatchError.DeviceSilent);
            var message = new PushMessage(delivery.Tag, nextSerial(), payload);
            _mailbox.Add(new Letter(key, message, delivery.NotAfterTicks, delivery.Gate, delivery.Weight));
            if (connection.TrySend(message)) return DispatchOutcome.Accepted(message.Serial.ToString(System.Globalization.CultureInfo.InvariantCulture));
            _mailbox.RemoveAt(_mailbox.Count - 1);
            _ready = false;
            return DispatchOutcome.Unreachable;
        }
    }

    /// <summary>The app has stored it: nothing to repeat.</summary>
    public void Stored(DeliveryKey key)
    {
        lock (_lock) _mailbox.RemoveAll(l => l.Key == key);
    }

    private bool MakesRoom(int weight)
    {
        var lightest = _mailbox.MinBy(static l => l.Gate.IsOpen ? l.Weight : -1)!;
        return (!lightest.Gate.IsOpen || (lightest.Weight != OutgoingDelivery.NeverShed && lightest.Weight <= weight)) && _mailbox.Remove(lightest);
    }

    private sealed record Letter(DeliveryKey Key, PushMessage Message, long NotAfterTicks, ISendGate Gate, int Weight);
}
