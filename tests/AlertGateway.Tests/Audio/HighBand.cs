using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>What a sound holds above 8 kHz, by a high pass of its own.</summary>
internal static class HighBand
{
    private const int Half = 400;
    private const double EdgeHz = 8_000;

    /// <summary>Largest sample above 8 kHz within ±<paramref name="milliseconds"/> of a place, in dBFS.</summary>
    public static double PeakAround(Pcm pcm, int place, int milliseconds)
    {
        var taps = Taps(pcm.SampleRateHz);
        var reach = Pcm.SamplesIn(pcm.SampleRateHz, milliseconds);
        double peak = 0;
        for (var i = place - reach; i < place + reach; i++)
        {
            double sum = 0;
            for (var k = -Half; k <= Half; k++) if (i - k >= 0 && i - k < pcm.Length) sum += taps[k + Half] * pcm.Samples[i - k];
            peak = Math.Max(peak, Math.Abs(sum));
        }
        return 20 * Math.Log10(peak / 32768 + 1e-12);
    }

    private static double[] Taps(int rateHz)
    {
        var taps = new double[2 * Half + 1];
        for (var k = -Half; k <= Half; k++)
        {
            var x = 2 * EdgeHz * k / rateHz;
            var window = 0.42 + 0.5 * Math.Cos(Math.PI * k / Half) + 0.08 * Math.Cos(2 * Math.PI * k / Half);
            taps[k + Half] = (k == 0 ? 1 : 0) - (x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x)) * 2 * EdgeHz / rateHz * window;
        }
        return taps;
    }
}
