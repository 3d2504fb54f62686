namespace AlertGateway.Audio;

/// <summary>A header that was received.</summary>
/// <param name="Header">The whole header.</param>
/// <param name="ExactBursts">How many of the bursts alone read exactly so.</param>
/// <param name="Bursts">How many bursts were found.</param>
/// <param name="Confidence">0 to 1: how far the weakest bit of the combined bursts lies from a guess.</param>
/// <param name="StartSample">First sample of the first burst's preamble.</param>
public sealed record SameReception(string Header, int ExactBursts, int Bursts, double Confidence, int StartSample);

/// <summary>What a recording holds.</summary>
/// <param name="EndOfMessageSamples">First sample of each burst of NNNN.</param>
public sealed record SameDecoding(IReadOnlyList<SameReception> Receptions, IReadOnlyList<int> EndOfMessageSamples);

/// <summary>
/// Finds SAME bursts by matched filter over preamble and ZCZC, follows the bit clock, and votes over up to three bursts by adding their soft bits.
/// SAME has no checksum, so a header is given only when it fits the grammar and either two bursts read exactly so or every combined bit is clear. Shares no code with the encoder.
/// </summary>
public static class SameDecoder
{
    private const double BitsPerSecond = 3125.0 / 6, MarkHz = 6250.0 / 3, SpaceHz = 1562.5;
    private const int HeaderCharactersMax = 252;
    private const int PreambleBytesSought = 6;
    private const int PreambleErrorsMax = 6; // of 48 bits
    private const int WordErrorsMax = 4; // of 32 bits: ZCZC and NNNN differ in ten, so neither is taken for the other
    private const double MarginMin = 0.30;
    private const double GroupSecondsMax = 2.5; // the pause is one second; somewhat more is still the same message

    public static SameDecoding Decode(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var energy = new BitEnergy(pcm, BitsPerSecond, MarkHz, SpaceHz);
        var headers = Find(energy, "ZCZC");
        var ends = Find(energy, "NNNN");
        var receptions = new List<SameReception>();
        for (var first = 0; first < headers.Count;)
        {
            var group = new List<Burst> { Read(energy, headers[first]) };
            var next = first + 1;
            while (next < headers.Count && group.Count < 3 && headers[next] - group[^1].EndSample < GroupSecondsMax * pcm.SampleRateHz) group.Add(Read(energy, headers[next++]));
            if (Vote(group) is { } reception) receptions.Add(reception);
            first = next;
        }
        return new SameDecoding(receptions, [.. ends.Select(start => (int)Math.Max(0, start))]);
    }

    private sealed record Burst(double StartSample, double EndSample, double[] Soft);

    // The starts, in samples, at which preamble and word stand, each the best of its neighbourhood.
    private static List<double> Find(BitEnergy energy, string word)
    {
        var pattern = Pattern(word);
        var skipped = (16 - PreambleBytesSought) * 8 * energy.SamplesPerBit;
        var step = energy.SamplesPerBit / 8;
        var found = new List<double>();
        double best = 0, bestAt = 0;
        for (double at = 0; at + pattern.Length * energy.SamplesPerBit < energy.Length; at += step)
        {
            var score = Score(energy, pattern, at);
            if (best > 0 && at - bestAt > 16 * energy.SamplesPerBit)
            {
                found.Add(bestAt - skipped);
                best = 0;
            }
            if (score > best) (best, bestAt) = (score, at);
        }
        if (best > 0) found.Add(bestAt - skipped);
        return found;
    }

    // Agreement of the soft bits with the pattern; zero as soon as too many bits are wrong, which is almost at once where there is nothing.
    private static double Score(BitEnergy energy, int[] pattern, double at)
    {
        double agreement = 0;
        int preambleErrors = 0, wordErrors = 0;
        for (var bit = 0; bit < pattern.Length; bit++)
        {
            var (difference, sum) = energy.At(at + bit * energy.SamplesPerBit);
            agreement += difference * pattern[bit];
            if (difference * pattern[bit] > 0 && sum > 0) continue;
            if (bit < PreambleBytesSought * 8 ? ++preambleErrors > PreambleErrorsMax : ++wordErrors > WordErrorsMax) return 0;
        }
        return Math.Max(0, agreement);
    }

    private static int[] Pattern(string word)
    {
        var bits = new List<int>();
        for (var i = 0; i < PreambleBytesSought; i++) Add(0xAB);
        foreach (var c in word) Add(c);
        return [.. bits];

        void Add(int value)
        {
            for (var bit = 0; bit < 8; bit++) bits.Add(((value >> bit) & 1) == 1 ? 1 : -1);
        }
    }

    // Soft bits from "ZCZC" on, the clock nudged at each change of bit towards the side that is clearer.
    private static Burst Read(BitEnergy energy, double start)
    {
        var bits = new double[HeaderCharactersMax * 8];
        var period = energy.SamplesPerBit;
        var at = start + 16 * 8 * period;
        double loudness = 0;
        for (var bit = 0; bit < bits.Length && at + 2 * period < energy.Length; bit++)
        {
            var (difference, sum) = energy.At(at);
            bits[bit] = difference;
            if (bit < 32) loudness += sum / 32;
            var (before, _) = energy.At(at - period / 4);
            var (after, _) = energy.At(at + period / 4);
            // The pulse of a bit between two others is symmetrical around its centre.
            var sharper = (Math.Abs(after) - Math.Abs(before)) / (Math.Abs(after) + Math.Abs(before) + 1e-9);
            at += period + 0.02 * period * Math.Clamp(sharper, -1, 1);
        }
        if (loudness > 0) for (var bit = 0; bit < bits.Length; bit++) bits[bit] /= loudness;
        var (text, _) = Text(bits);
        return new Burst(start, start + (16 + (text?.Length ?? 60)) * 8 * period, bits);
    }

    private static SameReception? Vote(List<Burst> bursts)
    {
        var combined = new double[HeaderCharactersMax * 8];
        foreach (var burst in bursts) for (var bit = 0; bit < combined.Length; bit++) combined[bit] += burst.Soft[bit] / bursts.Count;
        var (text, margin) = Text(combined);
        if (text is null || !SameHeader.TryParse(text, out _, out _)) return null;
        var exact = bursts.Count(burst => Text(burst.Soft).Text == text);
        if (exact < 2 && (margin < MarginMin || bursts.Count < 2) && margin < 2 * MarginMin) return null;
        return new SameReception(text, exact, bursts.Count, Math.Clamp(margin, 0, 1), (int)Math.Max(0, bursts[0].StartSample));
    }

    // The characters up to the dash that ends the header: 22 after the plus sign. Null when a byte is not ASCII or no end comes.
    private static (string? Text, double Margin) Text(double[] soft)
    {
        Span<char> text = stackalloc char[HeaderCharactersMax];
        var end = HeaderCharactersMax;
        var margin = double.MaxValue;
        for (var i = 0; i < HeaderCharactersMax; i++)
        {
            var value = 0;
            for (var bit = 0; bit < 8; bit++)
            {
                var level = soft[i * 8 + bit];
                if (level > 0) value |= 1 << bit;
                margin = Math.Min(margin, Math.Abs(level));
            }
            if (value is < 0x20 or > 0x7E) return (null, 0);
            text[i] = (char)value;
            if (value == '+' && end == HeaderCharactersMax) end = Math.Min(HeaderCharactersMax, i + 23);
            if (i + 1 == end) return (text[..end].ToString(), margin);
        }
        return (null, 0);
    }
}
