namespace AlertGateway.Audio;

/// <summary>
/// Brings speech to a loudness and keeps its crests under a ceiling: high pass, gain, look-ahead limiter, measured again until it fits.
/// Only for speech: over a tone or a SAME burst it would change what a receiver has to recognise.
/// </summary>
public static class SpeechLevel
{
    /// <summary>For horns, IP loudspeakers and push, in LUFS.</summary>
    public const double HornLufs = -16;

    /// <summary>For broadcasters, in LUFS (EBU R 128).</summary>
    public const double BroadcastLufs = -23;

    /// <summary>Ceiling of true peaks, in dBTP.</summary>
    public const double CeilingDbtp = -1.5;

    private const double CeilingMarginDb = 0.1; // for the rounding to 16 bits and another meter's interpolation filter
    private const double ToleranceLu = 0.05;
    private const double GainDbMax = 40; // more than that would raise a hiss, not a voice
    private const double RumbleHz = 160; // a horn gives nothing below 250 Hz; the energy there only costs level
    private const int LimiterMilliseconds = 12;
    private const int RoundsMax = 10;

    /// <summary>The speech at <paramref name="targetLufs"/> as nearly as the ceiling allows. Silence stays silence.</summary>
    public static Pcm Normalise(Pcm speech, double targetLufs = HornLufs, double ceilingDbtp = CeilingDbtp)
    {
        ArgumentNullException.ThrowIfNull(speech);
        var filtered = HighPassed(speech);
        var measured = Loudness.IntegratedLufs(ToPcm(filtered, 1, speech.SampleRateHz));
        if (double.IsNegativeInfinity(measured)) return speech;
        var ceiling = Math.Pow(10, (ceilingDbtp - CeilingMarginDb) / 20);
        var crests = TruePeak.Crests(filtered, speech.SampleRateHz);
        var gainDb = 0.0;
        var wanted = targetLufs - measured;
        Pcm levelled = speech;
        for (var round = 0; round < RoundsMax; round++)
        {
            // Steps of 0.01 dB: the last bit of a logarithm must not decide over the bytes.
            gainDb = Math.Min(GainDbMax, Math.Round(gainDb + wanted, 2));
            levelled = Limited(filtered, crests, Math.Pow(10, gainDb / 20), ceiling, speech.SampleRateHz);
            wanted = targetLufs - Loudness.IntegratedLufs(levelled);
            if (Math.Abs(wanted) <= ToleranceLu || gainDb >= GainDbMax) break;
        }
        return levelled;
    }

    private static double[] HighPassed(Pcm speech)
    {
        var filter = Biquad.HighPass(RumbleHz, speech.SampleRateHz);
        var filtered = new double[speech.Length];
        for (var i = 0; i < filtered.Length; i++) filtered[i] = filter.Next(speech.Samples[i] / 32768.0);
        return filtered;
    }

    // The wanted gain at each sample, its minimum over a window, and the mean of that over the same window:
    // the mean never exceeds the gain that the crest in its middle needs.
    private static Pcm Limited(double[] samples, double[] crests, double gain, double ceiling, int sampleRateHz)
    {
        var half = Pcm.SamplesIn(sampleRateHz, LimiterMilliseconds) / 2;
        var window = 2 * half + 1;
        var needed = new double[samples.Length];
        for (var i = 0; i < needed.Length; i++) needed[i] = crests[i] * gain > ceiling ? ceiling / crests[i] : gain;
        var lowest = SlidingMinimum(needed, half);
        var output = new double[samples.Length];
        double sum = 0;
        for (var i = -half; i < samples.Length; i++)
        {
            if (i + half < samples.Length) sum += lowest[i + half];
            else sum += lowest[^1];
            if (i < 0) continue;
            if (i == 0) sum += (window - half - 1) * lowest[0];
            output[i] = samples[i] * Math.Min(sum / window, needed[i]);
            sum -= i - half >= 0 ? lowest[i - half] : lowest[0];
        }
        return ToPcm(output, 1, sampleRateHz);
    }

    private static double[] SlidingMinimum(double[] values, int half)
    {
        var lowest = new double[values.Length];
        var queue = new int[values.Length];
        int head = 0, tail = 0;
        for (var i = 0; i < values.Length + half; i++)
        {
            if (i < values.Length)
            {
                while (tail > head && values[queue[tail - 1]] >= values[i]) tail--;
                queue[tail++] = i;
            }
            if (i < half) continue;
            while (queue[head] < i - 2 * half) head++;
            lowest[i - half] = values[queue[head]];
        }
        return lowest;
    }

    private static Pcm ToPcm(double[] samples, double gain, int sampleRateHz)
    {
        var pcm = new short[samples.Length];
        for (var i = 0; i < pcm.Length; i++) pcm[i] = (short)Math.Clamp(Math.Round(samples[i] * gain * 32768.0), short.MinValue, short.MaxValue);
        return new Pcm(sampleRateHz, pcm);
    }
}
