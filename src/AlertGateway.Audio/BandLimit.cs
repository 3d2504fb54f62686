namespace AlertGateway.Audio;

/// <summary>
/// A low pass with linear phase: windowed sinc (Blackman), coefficients in integers from our own sine, so that the bytes are the same on every machine.
/// Stop band below −70 dB.
/// </summary>
public static class BandLimit
{
    private const int FractionBits = 24;
    private const double WidthFactor = 5.6; // of a Blackman window, in units of rate ÷ taps

    /// <summary>
    /// The sound up to <paramref name="passHz"/>, nothing from <paramref name="stopHz"/> on. It begins and ends <see cref="SpreadSamples"/> samples earlier and later
    /// when <paramref name="spread"/> is set, so that no edge is cut; otherwise its length stays. Unchanged when the rate cannot hold <paramref name="stopHz"/>.
    /// </summary>
    public static Pcm LowPass(Pcm pcm, double passHz, double stopHz, bool spread = false)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        if (passHz <= 0 || stopHz <= passHz) throw new ArgumentOutOfRangeException(nameof(stopHz), stopHz, "The stop band begins above the pass band.");
        if (stopHz * 2 >= pcm.SampleRateHz) return pcm;
        var half = SpreadSamples(pcm.SampleRateHz, passHz, stopHz);
        var taps = Taps(pcm.SampleRateHz, (passHz + stopHz) / 2, half);
        var samples = pcm.Samples;
        var lead = spread ? half : 0;
        var output = new short[samples.Length + 2 * lead];
        for (var i = 0; i < output.Length; i++)
        {
            var first = i - lead - half;
            var from = Math.Max(0, -first);
            var to = Math.Min(taps.Length, samples.Length - first);
            long sum = 0;
            for (var k = from; k < to; k++) sum += (long)taps[k] * samples[first + k];
            output[i] = (short)Math.Clamp((sum + (1L << (FractionBits - 1))) >> FractionBits, short.MinValue, short.MaxValue);
        }
        return new Pcm(pcm.SampleRateHz, output);
    }

    /// <summary>How far the filter reaches to either side.</summary>
    public static int SpreadSamples(int sampleRateHz, double passHz, double stopHz) => (int)Math.Ceiling(WidthFactor * sampleRateHz / (stopHz - passHz) / 2);

    private static int[] Taps(int sampleRateHz, double cutoffHz, int half)
    {
        var shape = new double[2 * half + 1];
        double sum = 0;
        for (var k = -half; k <= half; k++)
        {
            // Both angles in turns; our sine takes 2⁻³² of one.
            var turns = cutoffHz * k / sampleRateHz;
            var sinc = k == 0 ? 2 * Math.PI * cutoffHz / sampleRateHz : SineOf(turns) / k;
            var x = (double)k / (half + 1) / 2;
            shape[k + half] = sinc * (0.42 + 0.5 * SineOf(x + 0.25) + 0.08 * SineOf(2 * x + 0.25));
            sum += shape[k + half];
        }
        var taps = new int[shape.Length];
        for (var i = 0; i < taps.Length; i++) taps[i] = (int)Math.Round(shape[i] / sum * (1 << FractionBits));
        return taps;
    }

    private static double SineOf(double turns)
    {
        var fraction = turns - Math.Floor(turns);
        return Sine.At((uint)(long)(fraction * 4_294_967_296.0)) / (double)Sine.One;
    }
}
