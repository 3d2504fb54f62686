namespace AlertGateway.Simulation;

/// <summary>Choices of a seed.</summary>
internal class Dice(ulong state)
{
    private ulong _state = state;

    /// <summary>splitmix64: small, well mixed, and the same on every machine.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>At least <paramref name="least"/>, less than <paramref name="below"/>.</summary>
    public int Below(int least, int below) => least + (int)(Next() % (ulong)(below - least));

    public long Between(long least, long most) => least + (long)(Next() % (ulong)(most - least + 1));

    /// <summary>True so many times in a thousand.</summary>
    public bool Chance(int perMille) => (int)(Next() % 1000) < perMille;
}
