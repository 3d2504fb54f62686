namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>A programme that is armed on one device: when its next play is due, and how many are left.</summary>
internal sealed class ArmedPlay
{
    public required string Tag { get; init; }
    public required Programme Programme { get; init; }
    public required int Volume { get; init; }
    public required int Priority { get; init; }
    public required int Repeat { get; init; }

    /// <summary>When the first play is due on the device's own clock, as the order said it.</summary>
    public required long PlayAtTicks { get; init; }

    public required long NotAfterTicks { get; init; }

    /// <summary>From the start of one play to the start of the next; the emulator's speed is already in it.</summary>
    public required long EveryTicks { get; init; }

    /// <summary>When the first play after the first stretch is due on the device's own clock; 0 for none.</summary>
    public long ThenAtTicks { get; init; }

    /// <summary>From one later play to the next; 0 when there are none. The emulator's speed is already in it.</summary>
    public long ThenEveryTicks { get; init; }

    /// <summary>The plays end when the village reports that all have left.</summary>
    public bool UntilEvacuated { get; init; }

    /// <summary>The play that comes next, from 1.</summary>
    public int Next { get; set; } = 1;

    public long DueTicks => Next <= Repeat ? PlayAtTicks + ((Next - 1) * EveryTicks) : FirstLaterTicks + ((Next - Repeat - 1L) * ThenEveryTicks);

    /// <summary>No play is left, or the next would begin after the order's life.</summary>
    public bool IsOver => (Next > Repeat && ThenEveryTicks == 0) || DueTicks > NotAfterTicks;

    // The common beat of all horns; one that started late skips what falls into its own first stretch.
    private long FirstLaterTicks
    {
        get
        {
            var stretchEnd = PlayAtTicks + (Repeat * EveryTicks);
            return ThenAtTicks >= stretchEnd || ThenEveryTicks == 0 ? ThenAtTicks : ThenAtTicks + ((stretchEnd - ThenAtTicks + ThenEveryTicks - 1) / ThenEveryTicks * ThenEveryTicks);
        }
    }

    /// <summary>Passes over every play whose start lies before <paramref name="now"/>; false if none is left.</summary>
    public bool JoinAt(long now)
    {
        while (!IsOver && DueTicks < now && Next <= Repeat)
        {
            Next++;
        }

        if (!IsOver && DueTicks < now)
        {
            Next += (int)((now - DueTicks + ThenEveryTicks - 1) / ThenEveryTicks);
        }

        return !IsOver;
    }
}

/// <summary>The play that is sounding on one device.</summary>
internal sealed class SoundingPlay : IDisposable
{
    public required ArmedPlay Armed { get; init; }
    public required int Number { get; init; }
    public required long StartTicks { get; init; }

    /// <summary>Samples played per tick of 100 ns; the emulator's speed is already in it.</summary>
    public required double SamplesPerTick { get; init; }

    public Recorder? Recorder { get; init; }

    public long EndTicks => StartTicks + (long)Math.Ceiling(Armed.Programme.Samples.Length / SamplesPerTick);

    public int PositionAt(long now) => (int)Math.Clamp((now - StartTicks) * SamplesPerTick, 0, Armed.Programme.Samples.Length);

    public void Dispose() => Recorder?.Dispose();
}
