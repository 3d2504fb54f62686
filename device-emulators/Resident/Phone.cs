namespace AlertGateway.Emulators.Resident;

/// <summary>A receipt that the app owes the gateway.</summary>
public readonly record struct PendingAck(string Tag, string Level);

/// <summary>What came of a message: whether it was taken, whether it had sounded before, whether it sounds now.</summary>
public readonly record struct AlertVerdict(bool IsTaken, bool IsRepeat, bool Sounds);

/// <summary>
/// What one resident's app has stored: the cursor, what it has sounded, and the receipts it still owes. All of it survives a lost
/// connection. Not safe for several threads; the link that owns it holds its lock.
/// </summary>
public sealed class Phone
{
    private const int SoundedMax = 128;
    private const int OwedMax = 256;
    private readonly Queue<string> _sounded = new();
    private readonly Queue<PendingAck> _owed = new();

    /// <summary>The highest serial stored.</summary>
    public long Cursor { get; private set; }

    public int Owed => _owed.Count;

    /// <summary>Stores a message. It sounds unless its tag prefix has sounded before or it has expired; what sounds is presented.</summary>
    public AlertVerdict Take(PushMessage message, DateTimeOffset now)
    {
        if (!message.IsWellFormed)
        {
            return default;
        }

        Cursor = Math.Max(Cursor, message.Serial);
        Owe(new PendingAck(message.Tag, "delivered")); // again too: the gateway repeats because a receipt was lost
        var prefix = message.TagPrefix;
        if (_sounded.Contains(prefix))
        {
            return new AlertVerdict(IsTaken: true, IsRepeat: true, Sounds: false);
        }

        if (message.IsExpired(now))
        {
            return new AlertVerdict(IsTaken: true, IsRepeat: false, Sounds: false);
        }

        if (_sounded.Count == SoundedMax)
        {
            _sounded.Dequeue();
        }

        _sounded.Enqueue(prefix);
        Owe(new PendingAck(message.Tag, "presented"));
        return new AlertVerdict(IsTaken: true, IsRepeat: false, Sounds: true);
    }

    /// <summary>Adds a receipt; beyond 256 owed ones the oldest is forgotten.</summary>
    public void Owe(PendingAck ack)
    {
        if (_owed.Count == OwedMax)
        {
            _owed.Dequeue();
        }

        _owed.Enqueue(ack);
    }

    public bool TryPeekOwed(out PendingAck ack) => _owed.TryPeek(out ack);

    /// <summary>The gateway has answered for <paramref name="ack"/>, with yes or with no.</summary>
    public void Settle(PendingAck ack)
    {
        if (_owed.TryPeek(out var oldest) && oldest == ack)
        {
            _owed.Dequeue();
        }
    }
}
