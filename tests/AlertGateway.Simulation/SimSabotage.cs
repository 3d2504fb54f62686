using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>A fault built into the gateway's side on purpose, to show that the judges see it.</summary>
internal enum Sabotage : byte
{
    None = 0,

    /// <summary>Sends without the last look at the gate.</summary>
    IgnoreGate = 1,

    /// <summary>Sends before the Started row is durable.</summary>
    SendFirst = 2,

    /// <summary>The disk loses its last commits in a crash, though they were acknowledged.</summary>
    ForgetfulDisk = 3,

    /// <summary>An unknown outcome is taken for a failure and sent again without asking.</summary>
    NeverAsk = 4,

    /// <summary>Now and then a durable row is not folded into the state.</summary>
    UntoldRow = 5,

    /// <summary>What one provider may have taken is asked of the other.</summary>
    AskAnother = 6,

    /// <summary>Every further attempt is labelled, and an unknown outcome is sent again without asking.</summary>
    LabelAll = 7,

    /// <summary>Whatever is unknown is given up for unanswerable without asking.</summary>
    AskNobody = 8,

    /// <summary>A lane starts four times as many as its window has.</summary>
    WideWindow = 9,

    /// <summary>What was taken is written down as refused, once another delivery of the set is a possible loss.</summary>
    TakenForRefused = 10,

    /// <summary>Now and then the room takes a durable acceptance for a failure that may be tried again.</summary>
    MisheardRow = 11,

    /// <summary>A message goes to everybody, whomever it was approved for.</summary>
    Everybody = 12,

    /// <summary>On its reserve the ledger refuses cancels, as it does everything new.</summary>
    NoCancelOnReserve = 13,

    /// <summary>On the reserve lanes take nothing, not even what takes back.</summary>
    NothingOnReserve = 14,

    /// <summary>Lanes do not ask whether the ledger lives on its reserve.</summary>
    SpendsReserve = 15,

    /// <summary>The room is not told of an arrival that follows a failure.</summary>
    FailureWins = 16,

    /// <summary>The room takes a failure of any attempt for one of the newest.</summary>
    StaleFailureCounts = 17,

    /// <summary>On a blind channel the room takes an unknown outcome for one that was certainly not taken.</summary>
    BlindAgain = 18,

    /// <summary>The extra message of a blind channel carries no label.</summary>
    Unlabelled = 19,

    /// <summary>Every message counts as one that threatens life.</summary>
    AllThreatenLife = 20,

    /// <summary>On a blind channel the room takes an unknown outcome for a refusal.</summary>
    LossIsFailure = 21,

    /// <summary>Who hands a message in also approves it.</summary>
    AuthorApproves = 22,

    /// <summary>The second signature is in the clearance and was never given at the desk.</summary>
    NobodyApproves = 23,

    /// <summary>What is stored and sent is not quite what was signed.</summary>
    SwapsWords = 24,

    /// <summary>A lane edits what it hands over.</summary>
    EditsOnTheWire = 25,

    /// <summary>Channels do not ask which world an endpoint is of.</summary>
    MixesWorlds = 26,

    /// <summary>Rendering leaves the marks of an exercise out, and channels do not look.</summary>
    ForgetsMarks = 27,

    /// <summary>Lanes tell channels the wrong world of an endpoint.</summary>
    SwapsWorlds = 28,

    /// <summary>A lane waits while any other one has an attempt on the wire.</summary>
    WaitsForOthers = 29,

    /// <summary>A lane takes nothing while one of its attempts is unanswered.</summary>
    OneAtATime = 30,

    /// <summary>A record that cannot be read stops its lane until it is mended.</summary>
    PoisonStops = 31,

    /// <summary>Somebody is told that their cancel is on its way before it is durable.</summary>
    AnswersFirst = 32,

    /// <summary>The cancel of a chain tells everybody whom an older message was for, whether they were told before or not.</summary>
    TellsAgain = 33,

    /// <summary>Horns and transmitters that were on the wire at the cancel of a false alarm and did not take it are not told.</summary>
    UntoldHorns = 34,

    /// <summary>The gateway takes the time from the wall clock, wherever that has been stepped to.</summary>
    BelievesWall = 40,

    /// <summary>What is final is closed two hours before its life is over.</summary>
    ClosesTheLiving = 41,
}

/// <summary>What a room is told instead of what is on the disk.</summary>
internal static class SimSabotage
{
    /// <summary>Null where it is told the truth.</summary>
    public static Func<ReadOnlyMemory<LedgerEvent>, ReadOnlyMemory<LedgerEvent>>? Mishearing(SimRun run) => run.Sabotage switch
    {
        Sabotage.UntoldRow => rows => IsResultByChance(run, rows) ? default : rows,
        Sabotage.MisheardRow => rows => IsResultByChance(run, rows) ? Each(rows, r => (ResultCode)r.Code == ResultCode.Accepted ? r with { Code = (byte)ResultCode.RetryLater } : r) : rows,
        Sabotage.FailureWins => rows => rows.Span[0] is { Kind: LedgerEventKind.Receipt } e && (Evidence)e.Code >= Evidence.Delivered && run.Oracle.WasGivenUp(KeyOf(in e)) ? default : rows,
        Sabotage.BlindAgain => rows => Each(rows, r => IsBlindUnknown(in r) ? r with { Code = (byte)ResultCode.RetryLater } : r),
        Sabotage.LossIsFailure => rows => Each(rows, r => IsBlindUnknown(in r) ? r with { Code = (byte)ResultCode.Refused } : r),
        Sabotage.AllThreatenLife => rows => Each(rows, Threaten),
        Sabotage.UntoldHorns => rows => Each(rows, r => r.Kind == LedgerEventKind.Cancelled ? Oracle.AsBefore(in r) : r),
        _ => null,
    };

    private static DeliveryKey KeyOf(in LedgerEvent e) => new(e.DisseminationNo, e.EndpointNo, (ChannelKind)e.Channel, (Purpose)e.Purpose);

    private static bool IsResultByChance(SimRun run, ReadOnlyMemory<LedgerEvent> rows) => rows.Span[0].Kind == LedgerEventKind.Result && run.Scheduler.Chance(20);

    private static bool IsBlindUnknown(in LedgerEvent e) => e.Kind == LedgerEventKind.Result && (ResultCode)e.Code == ResultCode.Unknown && (ChannelKind)e.Channel == Town.Pager;

    private static ReadOnlyMemory<LedgerEvent> Each(ReadOnlyMemory<LedgerEvent> rows, Func<LedgerEvent, LedgerEvent> told) => rows.ToArray().Select(told).ToArray();

    private static LedgerEvent Threaten(LedgerEvent e) =>
        e.Kind == LedgerEventKind.Cleared && ClearedRows.Read(e.Body.Span, DispatchJson.Default.ClearedRecord) is { } record ? e with { Body = ClearedRows.Body(record with { LifeThreat = true }, DispatchJson.Default.ClearedRecord) } : e;
}

/// <summary>Has every cancel tell everybody who is live, whoever was told before.</summary>
internal sealed class RetellingLedger(ILedger ledger, Town town) : ILedger
{
    public long LastSequence => ledger.LastSequence;

    public bool IsShortOfSpace => ledger.IsShortOfSpace;

    public void Observe(ICommitObserver observer) => ledger.Observe(observer);

    public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch) => ledger.Read(fromSequence, onBatch);

    public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default)
    {
        if (events.Span[^1] is not { Kind: LedgerEventKind.Cancelled } cancel) return ledger.AppendAsync(events, cancellationToken);
        LedgerEvent[] told = [.. town.Kinds.Select(kind => cancel with { Kind = LedgerEventKind.CancelAudience, Channel = (byte)kind, Code = CancelAudienceCodes.BesideItsOwn, Body = Everybody(kind) })];
        return ledger.AppendAsync((LedgerEvent[])[.. told, cancel], cancellationToken);
    }

    private byte[] Everybody(ChannelKind kind)
    {
        int[] all = [.. town.Everybody.Where(e => town.KindOf(e) == kind)];
        return ClearedRows.AudienceBody(all, new byte[all.Length]);
    }
}
