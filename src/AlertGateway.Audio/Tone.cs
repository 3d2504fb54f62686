namespace AlertGateway.Audio;

/// <summary>One stretch of a tone figure: some frequencies together, or silence when there are none.</summary>
/// <param name="FrequenciesHz">Each 50 to 12,000 Hz, in steps of 0.001 Hz; at most four. A glide has two and sets <paramref name="Glide"/>.</param>
/// <param name="Milliseconds">1 to 600,000.</param>
/// <param name="PeakDbfs">Peak level of the sum, −60 to −1 dB below full scale.</param>
/// <param name="Glide">Sweeps evenly from the first frequency to the second.</param>
public sealed record ToneStep(IReadOnlyList<double> FrequenciesHz, int Milliseconds, double PeakDbfs, bool Glide = false);

/// <summary>Makes attention and end tones out of steps, with 10 ms raised-cosine ramps at every edge so that nothing clicks.</summary>
public static class Tone
{
    public const int RampMilliseconds = 10;

    private const int MilliHertz = 1000;

    /// <summary>The steps one after the other.</summary>
    public static Pcm Render(IReadOnlyList<ToneStep> steps, int sampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var parts = new Pcm[steps.Count];
        for (var i = 0; i < parts.Length; i++) parts[i] = Render(steps[i], sampleRateHz);
        return Pcm.Join(sampleRateHz, parts);
    }

    public static Pcm Render(ToneStep step, int sampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(step);
        Check(step);
        var samples = new short[Pcm.SamplesIn(sampleRateHz, step.Milliseconds)];
        if (step.FrequenciesHz.Count == 0) return new Pcm(sampleRateHz, samples);
        var crest = (long)Math.Round(short.MaxValue * Math.Pow(10, step.PeakDbfs / 20));
        if (step.Glide) Sweep(step, sampleRateHz, samples, crest);
        else Together(step, sampleRateHz, samples, crest);
        Ramp(samples, Math.Min(Pcm.SamplesIn(sampleRateHz, RampMilliseconds), samples.Length / 2));
        return new Pcm(sampleRateHz, samples);
    }

    /// <summary>Fades the first and last <paramref name="rampSamples"/> in place along half a cosine.</summary>
    public static void Ramp(Span<short> samples, int rampSamples)
    {
        for (var i = 0; i < rampSamples; i++)
        {
            // (1 − cos) / 2 by our own sine, a quarter turn back; half a turn over the ramp.
            var phase = (uint)((ulong)(2 * i + 1) * (1UL << 31) / (ulong)(2 * rampSamples));
            var gain = ((long)Sine.One + Sine.At(phase - (1u << 30))) / 2;
            samples[i] = (short)(samples[i] * gain / Sine.One);
            samples[^(i + 1)] = (short)(samples[^(i + 1)] * gain / Sine.One);
        }
    }

    private static void Together(ToneStep step, int sampleRateHz, short[] samples, long crest)
    {
        var count = step.FrequenciesHz.Count;
        Span<uint> phases = stackalloc uint[count];
        Span<uint> increments = stackalloc uint[count];
        for (var k = 0; k < count; k++) increments[k] = Sine.Step((long)Math.Round(step.FrequenciesHz[k] * MilliHertz), MilliHertz, sampleRateHz);
        for (var i = 0; i < samples.Length; i++)
        {
            long sum = 0;
            for (var k = 0; k < count; k++)
            {
                sum += Sine.At(phases[k]);
                phases[k] += increments[k];
            }
            samples[i] = Scale(sum, crest, count);
        }
    }

    private static void Sweep(ToneStep step, int sampleRateHz, short[] samples, long crest)
    {
        long from = Sine.Step((long)Math.Round(step.FrequenciesHz[0] * MilliHertz), MilliHertz, sampleRateHz);
        long to = Sine.Step((long)Math.Round(step.FrequenciesHz[1] * MilliHertz), MilliHertz, sampleRateHz);
        uint phase = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = Scale(Sine.At(phase), crest, 1);
            phase += (uint)(from + (to - from) * i / samples.Length);
        }
    }

    private static short Scale(long sum, long crest, int count)
    {
        var scaled = sum * crest / count;
        return (short)((scaled + (scaled < 0 ? -Sine.One / 2 : Sine.One / 2)) / Sine.One);
    }

    private static void Check(ToneStep step)
    {
        if (step.Milliseconds is < 1 or > 600_000) throw new ArgumentOutOfRangeException(nameof(step), step.Milliseconds, "A step lasts 1 ms to 10 min.");
        if (step.FrequenciesHz.Count > 4) throw new ArgumentOutOfRangeException(nameof(step), step.FrequenciesHz.Count, "At most four frequencies sound together.");
        if (step.Glide && step.FrequenciesHz.Count != 2) throw new ArgumentException("A glide has a first and a last frequency.", nameof(step));
        if (step.PeakDbfs is not (>= -60 and <= -1)) throw new ArgumentOutOfRangeException(nameof(step), step.PeakDbfs, "The peak lies between −60 and −1 dBFS.");
        foreach (var hz in step.FrequenciesHz)
            if (hz is not (>= 50 and <= 12_000)) throw new ArgumentOutOfRangeException(nameof(step), hz, "A frequency lies between 50 and 12,000 Hz.");
    }
}
