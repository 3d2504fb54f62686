namespace AlertGateway.Storage.Ledger;

/// <summary>What a ledger row says. The numbers are on operators' disks: lines are added, none is edited.</summary>
public enum LedgerEventKind : byte
{
    /// <summary>A submission was taken in; body: JSON with its identity, findings and the raw CAP bytes.</summary>
    Submitted = 1,

    /// <summary>Somebody or something was refused; body: JSON with reason code and a sentence. Changes nothing else.</summary>
    Refused = 2,

    /// <summary>A proposal was laid before approvers; body: JSON with its four hashes.</summary>
    Proposed = 3,

    /// <summary>A person signed the four hashes, as proposer or as approver; body: JSON.</summary>
    Signed = 4,

    /// <summary>A proposal was turned down or withdrawn; body: JSON.</summary>
    Returned = 5,

    /// <summary>One channel's audience, frozen; channel 0 lists households. Body: int32 numbers and language bytes.</summary>
    AudienceFrozen = 6,

    /// <summary>One rendition's bytes as approved; body: JSON with text or programme hash.</summary>
    RenditionStored = 7,

    /// <summary>Cleared for sending; body: JSON with four hashes, signatures, expiry. Opens the dissemination.</summary>
    Cleared = 8,

    /// <summary>Until when each village may be warned, frozen with the audience and bound by its hash; stands before the Cleared row. Body: a count (int32), then UTC ticks (int64) by the village's index in the registry.</summary>
    VillageEnds = 9,

    /// <summary>An attempt is about to be made: durable before its first byte.</summary>
    Started = 20,

    /// <summary>What came of an attempt: <c>Code</c> is the result, <c>Number</c> its detail, body the provider's reference.</summary>
    Result = 21,

    /// <summary>Evidence that came back later: <c>Code</c> is the evidence level or a failure.</summary>
    Receipt = 22,

    /// <summary>Deliveries of the channel accepted at or before <c>Number</c> (ticks) wait no longer for a receipt.</summary>
    ReceiptsClosed = 23,

    /// <summary>Everything of the channel that has not started will never start; <c>Code</c> says why.</summary>
    Suppressed = 24,

    /// <summary>What of the channel's originals has not started will never start in villages whose end is at or before <c>Number</c> (ticks).</summary>
    VillagesEnded = 25,

    /// <summary>The cancel serial rises: no original starts from here on. Body: JSON with who and why.</summary>
    Cancelled = 30,

    /// <summary>A newer message of the chain takes over; <c>Number</c> is its dissemination.</summary>
    Superseded = 31,

    /// <summary>A correction of a false alarm opens beside the cancel; body: JSON.</summary>
    CorrectionOrdered = 32,

    /// <summary>Whom a cancel tells on one channel because they hold an older message of its chain: beside those whom the dissemination itself reached (<c>Code</c> 0), or instead of them (1); with <c>Code</c> 2, whom the correction of a false alarm tells beside its own. Stands before its Cancelled row, in one append. Body as of AudienceFrozen.</summary>
    CancelAudience = 33,

    /// <summary>A warden stood at the door, or somebody confirmed a person; <c>EndpointNo</c> is a person number. Body: JSON.</summary>
    Visited = 40,

    /// <summary>A village reports that all have left (<c>Code</c> 1), or takes that back (0); <c>Number</c> is its code of 12 digits. Body: JSON with who.</summary>
    VillageEvacuated = 42,

    /// <summary>The dissemination is closed: nothing is open any more.</summary>
    Closed = 41,

    /// <summary>A person found the machine's clock right that the gateway doubted: from here on it counts. <c>Number</c>: ticks that the gateway had reckoned, beside <c>AtTicks</c> of the clock. Body: JSON with who.</summary>
    ClockTrusted = 50,
}

/// <summary>
/// One append-only row. <see cref="DisseminationNo"/> 0 means "of no dissemination". Meaning of the small fields depends on <see cref="Kind"/>; unused ones are 0.
/// </summary>
public readonly record struct LedgerEvent
{
    /// <summary>What this row says.</summary>
    public required LedgerEventKind Kind { get; init; }

    /// <summary>When, in UTC ticks, by the writer of the event.</summary>
    public required long AtTicks { get; init; }

    /// <summary>Dense number of the dissemination, from 1; 0 for none.</summary>
    public int DisseminationNo { get; init; }

    /// <summary>Dense number of the endpoint (for <see cref="LedgerEventKind.Visited"/>: of the person), from 1; 0 for none.</summary>
    public int EndpointNo { get; init; }

    /// <summary>The medium, as the core numbers it; 0 for none.</summary>
    public byte Channel { get; init; }

    /// <summary>Original, cancel, correction or a reminder, as the core numbers them.</summary>
    public byte Purpose { get; init; }

    /// <summary>Attempt number of the delivery, from 1.</summary>
    public byte Attempt { get; init; }

    /// <summary>Result, evidence or reason, as the core numbers them.</summary>
    public byte Code { get; init; }

    /// <summary>A number that the kind defines (ticks, a serial, milliseconds).</summary>
    public long Number { get; init; }

    /// <summary>Bytes that the kind defines, at most <see cref="BodyBytesMax"/>; empty for most delivery rows.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Upper bound of <see cref="Body"/>: a citywide audience of 2 million numbers fits.</summary>
    public const int BodyBytesMax = 64 * 1024 * 1024;
}
