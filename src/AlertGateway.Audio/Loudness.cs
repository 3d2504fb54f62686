namespace AlertGateway.Audio;

/// <summary>What a sound measures.</summary>
/// <param name="IntegratedLufs">Gated loudness over the whole, in LUFS; −∞ for silence.</param>
/// <param name="TruePeakDbtp">Highest crest between the samples, in dB below full scale; −∞ for silence.</param>
/// <param name="RangeLu">Loudness range of EBU Tech 3342, in LU; 0 for less than 3 s.</param>
public sealed record LoudnessMeasurement(double IntegratedLufs, double TruePeakDbtp, double RangeLu);

/// <summary>ITU-R BS.1770-4 loudness and true peak, EBU Tech 3342 range, of one channel.</summary>
public static class Loudness
{
    private const double AbsoluteGateLufs = -70;
    private const int HopMilliseconds = 100;
    private const int MomentaryHops = 4; // 400 ms, three quarters overlapping (BS.1770-4 Annex 1)
    private const int ShortTermHops = 30; // 3 s (EBU Tech 3341)

    public static LoudnessMeasurement Measure(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var hops = HopPowers(pcm);
        return new LoudnessMeasurement(Integrated(hops, pcm), TruePeak.Dbtp(pcm), Range(hops));
    }

    /// <summary>Integrated loudness alone, in LUFS.</summary>
    public static double IntegratedLufs(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        return Integrated(HopPowers(pcm), pcm);
    }

    // Mean square of the K-weighted signal for each 100 ms.
    private static double[] HopPowers(Pcm pcm)
    {
        var hopSamples = Pcm.SamplesIn(pcm.SampleRateHz, HopMilliseconds);
        var powers = new double[pcm.Length / hopSamples];
        var shelf = Biquad.HeadShelf(pcm.SampleRateHz);
        var highPass = Biquad.RlbHighPass(pcm.SampleRateHz);
        var samples = pcm.Samples;
        for (var hop = 0; hop < powers.Length; hop++)
        {
            double sum = 0;
            foreach (var sample in samples.Slice(hop * hopSamples, hopSamples))
            {
                var weighted = highPass.Next(shelf.Next(sample / 32768.0));
                sum += weighted * weighted;
            }
            powers[hop] = sum / hopSamples;
        }
        return powers;
    }

    private static double Integrated(double[] hops, Pcm pcm)
    {
        var blocks = Windows(hops, MomentaryHops);
        if (blocks.Length == 0) return pcm.Length == 0 || hops.Length == 0 ? double.NegativeInfinity : ToLufs(hops.Average());
        var relative = Gated(blocks, AbsoluteGateLufs) - 10;
        return double.IsNegativeInfinity(relative) ? relative : Gated(blocks, Math.Max(relative, AbsoluteGateLufs));
    }

    private static double Range(double[] hops)
    {
        var windows = Windows(hops, ShortTermHops);
        if (windows.Length == 0) return 0;
        var threshold = Math.Max(Gated(windows, AbsoluteGateLufs) - 20, AbsoluteGateLufs);
        var loud = windows.Select(ToLufs).Where(lufs => lufs >= threshold).Order().ToArray();
        return loud.Length == 0 ? 0 : At(0.95) - At(0.10);

        double At(double share) => loud[(int)Math.Round((loud.Length - 1) * share)];
    }

    private static double[] Windows(double[] hops, int length)
    {
        if (hops.Length < length) return [];
        var windows = new double[hops.Length - length + 1];
        for (var i = 0; i < windows.Length; i++)
        {
            double sum = 0;
            for (var k = 0; k < length; k++) sum += hops[i + k];
            windows[i] = sum / length;
        }
        return windows;
    }

    private static double Gated(double[] blocks, double gateLufs)
    {
        double sum = 0;
        var count = 0;
        foreach (var power in blocks)
        {
            if (ToLufs(power) <= gateLufs) continue;
            sum += power;
            count++;
        }
        return count == 0 ? double.NegativeInfinity : ToLufs(sum / count);
    }

    private static double ToLufs(double power) => power <= 0 ? double.NegativeInfinity : -0.691 + 10 * Math.Log10(power);
}
