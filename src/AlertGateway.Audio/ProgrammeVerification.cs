using System.Globalization;
using System.Numerics;

namespace AlertGateway.Audio;

/// <summary>Whether a programme was heard in a recording.</summary>
/// <param name="Start">Where in the recording it begins; negative when the recording began later. Null when it was not found.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Reasons">What speaks for or against it, in words.</param>
/// <param name="Coverage">Share of the active seconds of the reference that the recording holds.</param>
/// <param name="MatchedShare">Share of the held active windows that match.</param>
/// <param name="MedianCorrelation">Of the windows, −1 to 1.</param>
public sealed record VerificationResult(bool Heard, TimeSpan? Start, double Confidence, IReadOnlyList<string> Reasons, double Coverage, double MatchedShare, double MedianCorrelation);

/// <summary>
/// Compares a reference with a recording from anywhere: best lag by cross-correlation, then normalised correlation window by window, coverage, level, and SAME where the reference has it.
/// A recording counts as heard when at least nine tenths of its active windows match, none of them says something else, and it holds at least nine tenths of the programme.
/// </summary>
public static class ProgrammeVerification
{
    private const int RateHz = 8_000;
    private const int WindowSamples = RateHz, HopSamples = RateHz / 4;
    private const double LowHz = 300, HighHz = 3_400;
    private const double ActiveRms = 0.001;
    private const double CorrelationMin = 0.5, MatchedShareMin = 0.9, CoverageMin = 0.9;
    private const double OtherWordsRatio = 0.45; // a window this far below the median says something else
    private const int FrameSamples = RateHz / 50; // 20 ms, the packet of most links
    private const double HoleRatio = 0.1, HeldShareMin = 0.6;
    private const int DriftSamples = 40; // 5 ms for a clock that runs a little fast or slow

    public static VerificationResult Verify(Pcm reference, Pcm recording)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(recording);
        var wanted = Band(Resampler.Resample(reference, RateHz));
        var heard = Band(Resampler.Resample(recording, RateHz));
        if (wanted.Length < WindowSamples) return Not("the reference is shorter than a second");
        if (heard.Length < WindowSamples / 4) return Not("the recording is shorter than a quarter of a second");
        if (Rms(heard, 0, heard.Length) < ActiveRms) return Not("the recording is silent");
        var lag = BestLag(wanted, heard);
        var windows = Windows(wanted, heard, lag);
        var active = windows.Count;
        if (active == 0) return Not("the reference is silent");
        var held = windows.Where(window => window.Held).ToArray();
        var coverage = (double)held.Length / active;
        var reasons = new List<string>();
        if (held.Length == 0) return Not("the recording holds nothing of the programme");
        var sorted = held.Select(window => window.Correlation).Order().ToArray();
        var median = sorted[sorted.Length / 2];
        var threshold = Math.Max(0.3, Math.Min(CorrelationMin, 0.75 * median));
        var matched = held.Count(window => window.Correlation >= threshold) / (double)held.Length;
        // Where the programme itself is faint, noise and echo win; other words show where it is loud, and in more than one window.
        var loudness = held.Select(window => window.Rms).Order().ElementAt(held.Length / 2);
        var other = held.Where((window, i) => Differs(window) && i > 0 && Differs(held[i - 1])).ToArray();
        if (median < CorrelationMin) reasons.Add(Say($"another programme: median correlation {median:0.00}, at least {CorrelationMin:0.00} is needed"));
        else if (matched < MatchedShareMin) reasons.Add(Say($"only {matched:P0} of the programme matches"));
        else if (other.Length > 0) reasons.Add(Say($"something else is heard {other[0].AtSeconds:0.0} s into the programme"));
        if (coverage < CoverageMin) reasons.Add(Say($"only {coverage:P0} of the programme is in the recording"));
        var found = reasons.Count == 0;
        CheckSame(reference, recording, reasons);
        var confidence = Math.Clamp(median, 0, 1) * Math.Min(1, matched) * Math.Min(1, coverage);
        if (found) reasons.Insert(0, Say($"matches in {matched:P0} of windows, median correlation {median:0.00}, {coverage:P0} of the programme"));
        bool Differs(Window window) => window.Rms > 0.4 * loudness && window.Correlation < OtherWordsRatio * median;
        return new VerificationResult(found, median >= CorrelationMin ? TimeSpan.FromSeconds((double)lag / RateHz) : null, found ? confidence : Math.Min(confidence, 0.49), reasons, coverage, matched, median);
    }

    private readonly record struct Window(double AtSeconds, bool Held, double Correlation, double Rms);

    private static VerificationResult Not(string reason) => new(false, null, 0, [reason], 0, 0, 0);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void CheckSame(Pcm reference, Pcm recording, List<string> reasons)
    {
        var expected = SameDecoder.Decode(reference).Receptions;
        if (expected.Count == 0) return;
        var got = SameDecoder.Decode(recording).Receptions;
        reasons.Add(got.Any(reception => reception.Header == expected[0].Header) ? $"SAME header received: {expected[0].Header}" : "the SAME header was not received");
    }

    private static double[] Band(Pcm pcm)
    {
        Biquad low = Biquad.HighPass(LowHz, RateHz), low2 = Biquad.HighPass(LowHz, RateHz), high = Biquad.LowPass(HighHz, RateHz);
        var samples = new double[pcm.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = high.Next(low2.Next(low.Next(pcm.Samples[i] / 32768.0)));
        return samples;
    }

    // Whitened a little, so that a steady tone does not decide where the words lie.
    private static int BestLag(double[] wanted, double[] heard)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(wanted.Length + heard.Length));
        var a = Spectrum(wanted, size);
        var b = Spectrum(heard, size);
        for (var i = 0; i < size; i++)
        {
            var product = b[i] * Complex.Conjugate(a[i]);
            var magnitude = product.Magnitude;
            a[i] = magnitude < 1e-12 ? Complex.Zero : product / Math.Sqrt(magnitude);
        }
        Fft.Transform(a, inverse: true);
        var best = 0;
        for (var i = 1; i < size; i++) if (a[i].Real > a[best].Real) best = i;
        return best < heard.Length ? best : best - size;
    }

    private static Complex[] Spectrum(double[] samples, int size)
    {
        var values = new Complex[size];
        for (var i = 0; i < samples.Length; i++) values[i] = samples[i];
        Fft.Transform(values, inverse: false);
        return values;
    }

    private static List<Window> Windows(double[] wanted, double[] heard, int lag)
    {
        var windows = new List<Window>();
        var loud = Rms(heard, 0, heard.Length);
        var gain = Gain(wanted, heard, lag);
        var kept = new bool[WindowSamples / FrameSamples];
        var drift = 0;
        for (var at = 0; at + WindowSamples <= wanted.Length; at += HopSamples)
        {
            if (Rms(wanted, at, WindowSamples) < 5 * ActiveRms) continue;
            var place = at + lag + drift;
            if (place < DriftSamples || place + WindowSamples + DriftSamples > heard.Length || Rms(heard, place, WindowSamples) < 0.03 * loud || !MarkKept(kept, wanted, at, heard, place, gain))
            {
                windows.Add(new Window((double)at / RateHz, false, 0, 0));
                continue;
            }
            var best = -1.0;
            var bestDrift = drift;
            for (var shift = -8; shift <= 8; shift++)
            {
                if (Math.Abs(drift + shift) > DriftSamples * 4) continue;
                var correlation = Correlation(wanted, at, heard, place + shift, kept);
                if (correlation > best) (best, bestDrift) = (correlation, drift + shift);
            }
            if (best > 0.5) drift = bestDrift;
            windows.Add(new Window((double)at / RateHz, true, best, Rms(wanted, at, WindowSamples)));
        }
        return windows;
    }

    // How much louder the recording is than the reference, over the frames that both have.
    private static double Gain(double[] wanted, double[] heard, int lag)
    {
        var ratios = new List<double>();
        for (var at = Math.Max(0, -lag); at + FrameSamples <= wanted.Length && at + lag + FrameSamples <= heard.Length; at += FrameSamples)
        {
            var level = Rms(wanted, at, FrameSamples);
            if (level >= 5 * ActiveRms) ratios.Add(Rms(heard, at + lag, FrameSamples) / level);
        }
        if (ratios.Count == 0) return 1;
        ratios.Sort();
        return ratios[ratios.Count / 2];
    }

    // A link that loses packets leaves holes: frames where the programme is loud and the recording has next to nothing. They are left out of the comparison, and a window that is mostly hole says nothing.
    private static bool MarkKept(bool[] kept, double[] wanted, int at, double[] heard, int place, double gain)
    {
        var held = 0;
        for (var frame = 0; frame < kept.Length; frame++)
        {
            var offset = frame * FrameSamples;
            var level = Rms(wanted, at + offset, FrameSamples);
            kept[frame] = level < ActiveRms || Rms(heard, place + offset, FrameSamples) >= HoleRatio * gain * level;
            if (kept[frame]) held++;
        }
        return held >= kept.Length * HeldShareMin;
    }

    private static double Correlation(double[] a, int atA, double[] b, int atB, bool[] kept)
    {
        double product = 0, squareA = 0, squareB = 0;
        for (var frame = 0; frame < kept.Length; frame++)
        {
            if (!kept[frame]) continue;
            var end = (frame + 1) * FrameSamples;
            for (var i = frame * FrameSamples; i < end; i++)
            {
                double x = a[atA + i], y = b[atB + i];
                product += x * y;
                squareA += x * x;
                squareB += y * y;
            }
        }
        return squareA <= 0 || squareB <= 0 ? 0 : product / Math.Sqrt(squareA * squareB);
    }

    private static double Rms(double[] samples, int at, int length)
    {
        double sum = 0;
        for (var i = at; i < at + length; i++) sum += samples[i] * samples[i];
        return length == 0 ? 0 : Math.Sqrt(sum / length);
    }
}
