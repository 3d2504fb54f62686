using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>Makers of sounds with known properties.</summary>
internal static class Sounds
{
    public static Pcm ATone(double hz, int milliseconds, int rateHz = 22_050, double db = -12) => Tone.Render(new ToneStep([hz], milliseconds, db), rateHz);

    public static Pcm Noise(int seed, int samples, int rateHz, double rmsDbfs)
    {
        var random = new Random(seed);
        var scale = 32768 * Math.Pow(10, rmsDbfs / 20);
        var noise = new short[samples];
        for (var i = 0; i < samples; i++) noise[i] = (short)Math.Clamp(scale * Gauss(random), short.MinValue, short.MaxValue);
        return new Pcm(rateHz, noise);
    }

    public static Pcm Mix(Pcm a, Pcm b)
    {
        var mixed = new short[a.Length];
        for (var i = 0; i < mixed.Length; i++) mixed[i] = (short)Math.Clamp(a.Samples[i] + (i < b.Length ? b.Samples[i] : 0), short.MinValue, short.MaxValue);
        return new Pcm(a.SampleRateHz, mixed);
    }

    public static Pcm Padded(Pcm pcm, int milliseconds) => Pcm.Join(pcm.SampleRateHz, Pcm.Silence(pcm.SampleRateHz, milliseconds), pcm, Pcm.Silence(pcm.SampleRateHz, milliseconds));

    /// <summary>Power of one frequency, in dB below full scale of a sine's RMS, by correlation with a sine and a cosine.</summary>
    public static double LevelAt(ReadOnlySpan<short> samples, int rateHz, double hz)
    {
        double re = 0, im = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            // A Hann window keeps neighbours out.
            var window = 1 - Math.Cos(2 * Math.PI * i / samples.Length);
            re += samples[i] * window * Math.Cos(2 * Math.PI * hz * i / rateHz);
            im += samples[i] * window * Math.Sin(2 * Math.PI * hz * i / rateHz);
        }
        return 20 * Math.Log10(Math.Sqrt(re * re + im * im) * 2 / samples.Length / 32768 / Math.Sqrt(2) + 1e-12);
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
