using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>What the network will make of a message, drawn when it is accepted.</summary>
internal enum Fate : byte
{
    /// <summary>The handset confirms.</summary>
    Delivered,

    /// <summary>The network gives up (error 30003, unreachable handset).</summary>
    Undelivered,

    /// <summary>Handed to the network; nothing more is ever heard.</summary>
    Silent,
}

/// <summary>One accepted message.</summary>
internal struct Message
{
    /// <summary>1, 2, … in order of acceptance.</summary>
    public long Number;

    /// <summary>The number before this one in the same chain of the To index; 0 = none.</summary>
    public long Previous;

    /// <summary>E.164 digits without the plus.</summary>
    public long To;

    /// <summary>UTC ticks of acceptance.</summary>
    public long CreatedTicks;

    /// <summary>Monotonic nanoseconds when the fate shows.</summary>
    public long FinalMono;

    /// <summary>Monotonic nanoseconds of acceptance.</summary>
    public long CreatedMono;

    public MessageText Text;
    public Sender Sender;

    /// <summary>Shared beginning of the callback URL; null when none was asked for.</summary>
    public CallbackTarget? Target;

    /// <summary>Rest of the callback URL.</summary>
    public byte[]? TargetRest;

    public Fate Fate;

    /// <summary>From acceptance to <c>sent</c>: 50 ms, in nanoseconds.</summary>
    public const long SentAfterNanoseconds = 50_000_000;

    /// <summary>The status at a moment of the monotonic clock.</summary>
    public readonly string StatusAt(long mono) =>
        mono < CreatedMono ? (Sender.IsService ? "accepted" : "queued")
        : mono >= FinalMono && Fate != Fate.Silent ? (Fate == Fate.Delivered ? "delivered" : "undelivered")
        : mono >= Math.Min(CreatedMono + SentAfterNanoseconds, FinalMono) ? "sent"
        : Sender.IsService ? "accepted" : "queued";
}

/// <summary>
/// The last <see cref="Capacity"/> messages in a ring of lazily allocated pages, chained by a hash of the recipient for List.
/// A reader copies a row and then checks that it was not overwritten meanwhile, so reading takes no lock.
/// </summary>
internal sealed class MessageStore
{
    /// <summary>Messages kept: 2²¹, above the two million promised.</summary>
    public const int Capacity = 1 << 21;

    private const int PageBits = 14;
    private const int BucketBits = 20;
    private readonly Message[]?[] _pages = new Message[Capacity >> PageBits][];
    private readonly long[] _heads = new long[1 << BucketBits];
    private readonly Lock[] _bucketLocks = [.. Enumerable.Range(0, 256).Select(_ => new Lock())];
    private long _last;

    /// <summary>Number of the newest message; 0 = none yet.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Keeps a message and gives it its number.</summary>
    public long Add(ref Message message)
    {
        var number = Interlocked.Increment(ref _last);
        ref var row = ref Row(number);
        Volatile.Write(ref row.Number, 0);
        var bucket = Bucket(message.To);
        message.Number = 0;
        lock (_bucketLocks[bucket & 255])
        {
            message.Previous = _heads[bucket];
            row = message;
            Volatile.Write(ref row.Number, number);
            _heads[bucket] = number;
        }

        message.Number = number;
        return number;
    }

    /// <summary>Copies a message out; false when it was never there or is no longer kept.</summary>
    public bool TryGet(long number, out Message message)
    {
        message = default;
        if (number <= 0 || number > Last || _pages[Slot(number) >> PageBits] is not { } page) return false;
        ref var row = ref page[Slot(number) & ((1 << PageBits) - 1)];
        if (Volatile.Read(ref row.Number) != number) return false;
        message = row;
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref row.Number) == number;
    }

    /// <summary>Numbers of messages to one recipient, newest first; other recipients may be among them.</summary>
    public long NewestTo(long to)
    {
        var bucket = Bucket(to);
        lock (_bucketLocks[bucket & 255]) return _heads[bucket];
    }

    private static int Slot(long number) => (int)(number & (Capacity - 1));

    private static int Bucket(long to) => (int)(Draw.Mix((ulong)to) >> (64 - BucketBits));

    private ref Message Row(long number)
    {
        var slot = Slot(number);
        ref var page = ref _pages[slot >> PageBits];
        if (Volatile.Read(ref page) is null) Interlocked.CompareExchange(ref page, new Message[1 << PageBits], null);
        return ref page![slot & ((1 << PageBits) - 1)];
    }
}
