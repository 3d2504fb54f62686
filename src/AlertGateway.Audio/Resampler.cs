namespace AlertGateway.Audio;

/// <summary>Changes the sample rate by a windowed-sinc filter evaluated at exact rational positions; pass band to 90 % of the lower Nyquist rate.</summary>
public static class Resampler
{
    private const int ZeroCrossings = 24;

    public static Pcm Resample(Pcm pcm, int sampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        if (pcm.SampleRateHz == sampleRateHz) return pcm;
        var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(pcm.SampleRateHz, sampleRateHz);
        int up = sampleRateHz / divisor, down = pcm.SampleRateHz / divisor;
        var cutoff = Math.Min(1.0, (double)up / down) * 0.95; // of the input's Nyquist rate
        var half = (int)Math.Ceiling(ZeroCrossings / cutoff);
        var filters = new double[up][];
        var output = new short[(int)((long)pcm.Length * up / down)];
        var samples = pcm.Samples;
        for (var i = 0; i < output.Length; i++)
        {
            var position = (long)i * down;
            var whole = (int)(position / up);
            var taps = filters[position % up] ??= Taps((double)(position % up) / up, cutoff, half);
            double sum = 0;
            var first = whole - half + 1;
            var from = Math.Max(0, -first);
            var to = Math.Min(taps.Length, samples.Length - first);
            for (var k = from; k < to; k++) sum += samples[first + k] * taps[k];
            output[i] = (short)Math.Clamp(Math.Round(sum), short.MinValue, short.MaxValue);
        }
        return new Pcm(sampleRateHz, output);
    }

    private static double[] Taps(double fraction, double cutoff, int half)
    {
        var taps = new double[2 * half];
        double sum = 0;
        for (var k = 0; k < taps.Length; k++)
        {
            var distance = k - (half - 1) - fraction;
            var x = Math.PI * distance * cutoff;
            var window = 0.42 + 0.5 * Math.Cos(Math.PI * distance / half) + 0.08 * Math.Cos(2 * Math.PI * distance / half);
            taps[k] = (x == 0 ? 1 : Math.Sin(x) / x) * window;
            sum += taps[k];
        }
        for (var k = 0; k < taps.Length; k++) taps[k] /= sum;
        return taps;
    }
}
