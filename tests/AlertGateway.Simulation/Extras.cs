namespace AlertGateway.Simulation;

/// <summary>What a night may have beyond its seed's first stream; a night without any is what it always was.</summary>
[Flags]
internal enum Extras : ushort
{
    None = 0,

    /// <summary>Alerts go to a part of the town, and their updates to the same or another one.</summary>
    Areas = 1,

    /// <summary>Some alerts live until they are changed or lifted.</summary>
    NoExpiry = 2,

    /// <summary>The disk is full for a while and the ledger lives on its reserve.</summary>
    Reserve = 4,

    /// <summary>The wall clock is stepped by an hour, forth or back, until a person sets it right.</summary>
    HourSteps = 8,

    /// <summary>Receipts say that it failed and that it arrived, in any order, and speak of attempts that are over.</summary>
    Contradictions = 16,

    /// <summary>On the reserve messages are taken back that an update is to follow.</summary>
    UpdateAfterCancel = 32,

    /// <summary>Pagers, a channel that can neither repeat nor be asked; and warnings that threaten no life.</summary>
    Pagers = 64,

    /// <summary>Exercises and tests, and endpoints of that world.</summary>
    Exercises = 128,

    /// <summary>For a while the records of some recipients cannot be read, and some devices take a connection and answer nothing.</summary>
    Poison = 256,

    /// <summary>Half of the messages are taken back within half a second, most as a false alarm: much is on the wire then.</summary>
    Hasty = 512,

    /// <summary>What is over is closed at once, and many messages live for half a minute.</summary>
    SoonClosed = 1024,
}
