namespace AlertGateway.Emulators.Hosting;

/// <summary>
/// Random choices as a pure function of the seed and of what they are about, so that the same seed gives the same choice
/// in whatever order concurrent work arrives. SplitMix64's finaliser does the mixing.
/// </summary>
public static class Draw
{
    /// <summary>A well-spread 64-bit value for a key.</summary>
    public static ulong Mix(ulong key)
    {
        key += 0x9E3779B97F4A7C15;
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }

    /// <summary>A value in [0, 1) for (seed, subject, question).</summary>
    public static double Share(ulong seed, ulong subject, uint question) =>
        (Mix(Mix(seed ^ Mix(question)) ^ subject) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A 64-bit digest of bytes (FNV-1a, then mixed) that is the same in every process.</summary>
    public static ulong Digest(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in bytes)
            hash = (hash ^ b) * 0x100000001B3;
        return Mix(hash);
    }
}
