namespace AlertGateway.Audio;

/// <summary>The crest between samples, by interpolation to at least 176 kHz (BS.1770-4 Annex 2 asks for 4 × 48 kHz).</summary>
public static class TruePeak
{
    private const int HalfTaps = 8;

    /// <summary>In dB below full scale; −∞ for silence.</summary>
    public static double Dbtp(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        double peak = 0;
        var samples = new double[pcm.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = pcm.Samples[i] / 32768.0;
        foreach (var crest in Crests(samples, pcm.SampleRateHz)) peak = Math.Max(peak, crest);
        return peak == 0 ? double.NegativeInfinity : 20 * Math.Log10(peak);
    }

    /// <summary>For each sample the highest magnitude from it up to the next one, in the unit of the samples.</summary>
    internal static double[] Crests(double[] samples, int sampleRateHz)
    {
        var factor = sampleRateHz >= 44_100 ? 4 : 8;
        var phases = Phases(factor);
        var crests = new double[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var crest = Math.Abs(samples[i]);
            var first = i - HalfTaps + 1;
            foreach (var taps in phases)
            {
                double sum = 0;
                if (first >= 0 && first + taps.Length <= samples.Length)
                {
                    var window = samples.AsSpan(first, taps.Length);
                    for (var k = 0; k < taps.Length; k++) sum += window[k] * taps[k];
                }
                else
                {
                    for (var k = 0; k < taps.Length; k++) if ((uint)(first + k) < (uint)samples.Length) sum += samples[first + k] * taps[k];
                }
                crest = Math.Max(crest, Math.Abs(sum));
            }
            crests[i] = crest;
        }
        return crests;
    }

    // Windowed sinc at the fractions 1/factor … (factor−1)/factor; Hann over ±HalfTaps.
    private static double[][] Phases(int factor)
    {
        var phases = new double[factor - 1][];
        for (var phase = 1; phase < factor; phase++)
        {
            var taps = new double[2 * HalfTaps];
            double sum = 0;
            for (var k = 0; k < taps.Length; k++)
            {
                var distance = k - (HalfTaps - 1) - (double)phase / factor;
                var window = 0.5 + 0.5 * Math.Cos(Math.PI * distance / (HalfTaps + 0.5));
                taps[k] = Math.Sin(Math.PI * distance) / (Math.PI * distance) * window;
                sum += taps[k];
            }
            for (var k = 0; k < taps.Length; k++) taps[k] /= sum;
            phases[phase - 1] = taps;
        }
        return phases;
    }
}
