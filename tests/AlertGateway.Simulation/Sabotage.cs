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

    /// <summary>Horns and transmitters that were on the wire at the cancel of a false alarm and did not take it are not told.</summary>
    UntoldHorns = 18,

    /// <summary>The gateway takes the time from the wall clock, wherever that has been stepped to.</summary>
    BelievesWall = 40,
}
