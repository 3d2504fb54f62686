using AlertGateway.Core.Rendering;

namespace AlertGateway.Core.Dispatch;

/// <summary>What a channel can promise after a crash or a time-out (design §5).</summary>
public enum AdapterClass : byte
{
    /// <summary>The same key may be sent again: the far side keeps one.</summary>
    Idempotent = 1,

    /// <summary>The far side can be asked what became of an attempt.</summary>
    Queryable = 2,

    /// <summary>Neither.</summary>
    Blind = 3,
}

/// <summary>A medium: hands one rendition to one endpoint. Thread-safe; called by as many workers at once as the lane has slots.</summary>
public interface IChannel
{
    ChannelKind Kind { get; }

    AdapterClass Class { get; }

    /// <summary>It needs <see cref="OutgoingDelivery.Address"/>; false where devices connect to us and prove who they are then. Default: true.</summary>
    bool ReadsAddress => true;

    /// <summary>
    /// Hands the delivery over. The attempt is already durable. Checks <see cref="OutgoingDelivery.Gate"/> right before the first byte (and before each further irrevocable step) and answers <see cref="DispatchOutcome.NotSent"/> if it is
    /// closed. Never edits the rendition's bytes and refuses an unmarked one (<see cref="Renditions.RefusalOf"/>). Returns expected failure; a thrown exception is a bug and ends the lane.
    /// </summary>
    ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken);

    /// <summary>Asks what became of an attempt with unknown outcome. Only called where <see cref="Class"/> is <see cref="AdapterClass.Queryable"/>.</summary>
    ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken);

    /// <summary>Does the far side answer and know the account? Asked without any person's message, of a route that rests while another one carries its work; a medium without a second route is never asked.</summary>
    ValueTask<bool> ProbeAsync(CancellationToken cancellationToken) => new(false);
}

/// <summary>The last look before the first byte: cancelled, superseded or expired?</summary>
public interface ISendGate
{
    /// <summary>False once the delivery must not start any more. Lock-free.</summary>
    bool IsOpen { get; }
}

/// <summary>Everything a channel needs for one attempt. The address never reaches a log or the ledger.</summary>
public readonly record struct OutgoingDelivery
{
    public required DeliveryTag Tag { get; init; }

    public required Rendition Rendition { get; init; }

    /// <summary>The endpoint's address as the registry holds it: an E.164 number in UTF-8, a public key, the hash of a device token.</summary>
    public required ReadOnlyMemory<byte> Address { get; init; }

    /// <summary>The endpoint belongs to the exercise world.</summary>
    public required bool ExerciseEndpoint { get; init; }

    /// <summary>Nothing may start after this instant (UTC ticks); the remaining life goes downstream.</summary>
    public required long NotAfterTicks { get; init; }

    /// <summary>The attempt's <c>Started</c> instant, UTC ticks: lower bound when asking for it.</summary>
    public required long StartedTicks { get; init; }

    public required ISendGate Gate { get; init; }

    /// <summary>Every endpoint that the same message goes to with the same <see cref="NotAfterTicks"/>, as frozen; null where that is not known. An order that one signature gives to many must name them.</summary>
    public int[]? Audience { get; init; }

    /// <summary>For <see cref="Purpose.Cancel"/> and <see cref="Purpose.Correction"/>: the tag of the original that this one takes back; null otherwise.</summary>
    public DeliveryTag? TakesBack { get; init; }

    /// <summary>Weight of what no full bound may shed: it takes something back (I11).</summary>
    public const int NeverShed = int.MaxValue;

    /// <summary>Where a bound is full the lightest is shed first: by colour, and never what takes something back.</summary>
    public int Weight => Tag.Key.Purpose is Purpose.Cancel or Purpose.Correction ? NeverShed : (int)Rendition.Colour;
}

/// <summary>What came of one attempt. Persisted as the <c>Code</c> of a Result row: lines are added, none is edited.</summary>
public enum ResultCode : byte
{
    /// <summary>The provider or device took it.</summary>
    Accepted = 1,

    /// <summary>Certainly not taken; may be tried again (429, connection refused, device not ready).</summary>
    RetryLater = 2,

    /// <summary>Refused for good (bad number, opted out, wrong key).</summary>
    Refused = 3,

    /// <summary>May or may not have been taken (time-out after the first byte, 5xx, cut connection, crash).</summary>
    Unknown = 4,

    /// <summary>The endpoint is not connected: tried again when it comes back.</summary>
    Unreachable = 5,

    /// <summary>The gate was closed: not a byte left.</summary>
    NotSent = 6,

    /// <summary>The channel asked: the far side never had it. Answers an Unknown.</summary>
    NeverTaken = 7,

    /// <summary>Asked as often as is sensible, no answer: decided as on a blind channel. Answers an Unknown.</summary>
    AskedInVain = 8,
}

/// <summary>Why. Persisted as the low byte of a Result row's <c>Number</c>: lines are added, none is edited.</summary>
public enum DispatchError : byte
{
    None = 0,
    LinkDown = 1,
    DeadlinePassed = 2,
    Throttled = 3,
    BadAddress = 4,
    OptedOut = 5,
    NotAuthorised = 6,
    ServerError = 7,
    TimedOut = 8,
    GatewayCrashed = 9,
    GateClosed = 10,
    Unmarked = 11,
    WrongWorld = 12,
    NotConnected = 13,
    DeviceRefused = 14,
    DeviceSilent = 15,
    TooLong = 16,
    AttemptsExhausted = 17,
    Expired = 18,
    UnknownOutcome = 19,

    /// <summary>The recipient's record in the registry could not be read; nothing was sent, and the others' attempts go on.</summary>
    RecordUnreadable = 20,

    /// <summary>Nothing was approved that this channel could send.</summary>
    NoRendition = 21,
}

/// <param name="RetryAfter">Wish of the far side (Retry-After); zero leaves it to the lane.</param>
/// <param name="ProviderReference">The far side's own id, at most 64 bytes UTF-8; null for none.</param>
public readonly record struct DispatchOutcome(ResultCode Code, DispatchError Error = DispatchError.None, TimeSpan RetryAfter = default, string? ProviderReference = null)
{
    public static DispatchOutcome Accepted(string? reference = null) => new(ResultCode.Accepted, ProviderReference: reference);

    public static DispatchOutcome RetryLater(DispatchError error, TimeSpan after = default) => new(ResultCode.RetryLater, error, after);

    public static DispatchOutcome Refused(DispatchError error) => new(ResultCode.Refused, error);

    public static DispatchOutcome Unknown(DispatchError error) => new(ResultCode.Unknown, error);

    public static DispatchOutcome Unreachable { get; } = new(ResultCode.Unreachable, DispatchError.NotConnected);

    public static DispatchOutcome NotSent { get; } = new(ResultCode.NotSent, DispatchError.GateClosed);
}

/// <summary>Answer to "what became of it?".</summary>
public enum AskAnswer : byte
{
    Taken = 1,
    NeverTaken = 2,

    /// <summary>No answer now; ask again.</summary>
    CannotTell = 3,
}

/// <inheritdoc cref="AskAnswer"/>
public readonly record struct AskOutcome(AskAnswer Answer, string? ProviderReference = null);

/// <summary>Told by channels that an endpoint came (back) online, so that what waits for it goes out now.</summary>
public interface IWakeSink
{
    void EndpointOnline(ChannelKind channel, int endpointNo);
}

/// <summary>Evidence that came back from the far side after hand-off.</summary>
/// <param name="Failed">The far side gave up (undelivered, refused, inaudible): <see cref="Level"/> is then ignored.</param>
/// <param name="AtTicks">When it happened by the far side's word, UTC ticks; 0 = now.</param>
/// <param name="Route">Number of the route that it came from; null where there is one only. What another route carried it cannot report on.</param>
/// <param name="Helped">The person, who may be elsewhere, has confirmed 已联系到家里人.</param>
public readonly record struct Receipt(DeliveryTag Tag, Evidence Level, bool Failed, DispatchError Error, long AtTicks, byte? Route = null, bool Helped = false);

/// <summary>What became of a receipt.</summary>
public enum ReceiptVerdict : byte
{
    Recorded = 1,

    /// <summary>Told nothing new.</summary>
    Duplicate = 2,

    /// <summary>No such delivery was ever started; recorded for a person to see, changed nothing.</summary>
    UnknownDelivery = 3,
}

/// <summary>Takes receipts from channels. The task completes when the receipt is durable (I9): answer the far side only then.</summary>
public interface IReceiptSink
{
    ValueTask<ReceiptVerdict> ReportAsync(Receipt receipt, CancellationToken cancellationToken);

    /// <summary>A person answered without naming a delivery (an SMS reply): acknowledges the newest live dissemination that this endpoint was sent.</summary>
    ValueTask<ReceiptVerdict> AcknowledgeNewestAsync(int endpointNo, CancellationToken cancellationToken);
}

/// <summary>Records what was refused at the rim (forged callback, wrong key), so that a person can see it. Bounded: repeated ones are counted, not stored each.</summary>
public interface IRefusalLog
{
    /// <param name="code">Stable code such as <c>sms.callback.forged</c>.</param>
    /// <param name="sentence">What a person reads; no address, no token, no alert text.</param>
    void Refused(string code, string sentence);
}
