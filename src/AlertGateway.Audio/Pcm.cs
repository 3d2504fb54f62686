namespace AlertGateway.Audio;

/// <summary>Linear 16-bit mono sound. Immutable by convention: nobody writes into <see cref="Samples"/> after it was handed out.</summary>
public sealed class Pcm
{
    public const int SampleRateMin = 8_000;
    public const int SampleRateMax = 192_000;

    private readonly short[] _samples;

    /// <param name="sampleRateHz">8,000 to 192,000 samples a second.</param>
    /// <param name="samples">Taken over, not copied.</param>
    public Pcm(int sampleRateHz, short[] samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, SampleRateMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, SampleRateMax);
        SampleRateHz = sampleRateHz;
        _samples = samples;
    }

    /// <summary>Samples a second.</summary>
    public int SampleRateHz { get; }

    public ReadOnlySpan<short> Samples => _samples;

    public int Length => _samples.Length;

    public TimeSpan Duration => TimeSpan.FromTicks(_samples.Length * TimeSpan.TicksPerSecond / SampleRateHz);

    /// <summary>The part from <paramref name="start"/>, <paramref name="length"/> samples long.</summary>
    public Pcm Slice(int start, int length) => new(SampleRateHz, _samples.AsSpan(start, length).ToArray());

    /// <summary>Nothing heard for the given time.</summary>
    public static Pcm Silence(int sampleRateHz, int milliseconds) => new(sampleRateHz, new short[SamplesIn(sampleRateHz, milliseconds)]);

    /// <summary>How many samples a time takes, rounded down.</summary>
    public static int SamplesIn(int sampleRateHz, int milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        return checked((int)((long)sampleRateHz * milliseconds / 1000));
    }

    /// <summary>One after the other; all must have one rate.</summary>
    public static Pcm Join(int sampleRateHz, params ReadOnlySpan<Pcm> parts)
    {
        var length = 0;
        foreach (var part in parts)
        {
            if (part.SampleRateHz != sampleRateHz) throw new ArgumentException($"A part has {part.SampleRateHz} Hz, expected {sampleRateHz} Hz.", nameof(parts));
            length = checked(length + part.Length);
        }
        var joined = new short[length];
        var at = 0;
        foreach (var part in parts)
        {
            part.Samples.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }
        return new Pcm(sampleRateHz, joined);
    }
}
