namespace AlertGateway.Audio;

/// <summary>The strength of two tones over one bit from any sample on: sums over a sliding window, by differences of running sums.</summary>
internal sealed class BitEnergy
{
    private readonly double[] _markReal, _markImaginary, _spaceReal, _spaceImaginary;

    public BitEnergy(Pcm pcm, double bitsPerSecond, double markHz, double spaceHz)
    {
        SamplesPerBit = pcm.SampleRateHz / bitsPerSecond;
        Length = pcm.Length;
        (_markReal, _markImaginary) = RunningSums(pcm, markHz);
        (_spaceReal, _spaceImaginary) = RunningSums(pcm, spaceHz);
    }

    public double SamplesPerBit { get; }

    public int Length { get; }

    /// <summary>Mark minus space, and both together, over the bit that begins at <paramref name="start"/>; zero outside.</summary>
    public (double Difference, double Sum) At(double start)
    {
        if (start < 0 || start + SamplesPerBit >= Length) return (0, 0);
        var mark = Magnitude(_markReal, _markImaginary, start);
        var space = Magnitude(_spaceReal, _spaceImaginary, start);
        return (mark - space, mark + space);
    }

    private double Magnitude(double[] real, double[] imaginary, double start)
    {
        var end = start + SamplesPerBit;
        double re = Between(real, end) - Between(real, start), im = Between(imaginary, end) - Between(imaginary, start);
        return Math.Sqrt(re * re + im * im);
    }

    private static double Between(double[] sums, double at)
    {
        var whole = (int)at;
        return sums[whole] + (sums[whole + 1] - sums[whole]) * (at - whole);
    }

    private static (double[] Real, double[] Imaginary) RunningSums(Pcm pcm, double hz)
    {
        var real = new double[pcm.Length + 2];
        var imaginary = new double[pcm.Length + 2];
        var samples = pcm.Samples;
        var step = -2 * Math.PI * hz / pcm.SampleRateHz;
        for (var i = 0; i < samples.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(step * i);
            real[i + 1] = real[i] + samples[i] * cosine;
            imaginary[i + 1] = imaginary[i] + samples[i] * sine;
        }
        real[^1] = real[^2];
        imaginary[^1] = imaginary[^2];
        return (real, imaginary);
    }
}
