namespace AlertGateway.Audio;

/// <summary>
/// The AFSK of 47 CFR 11.31(a)(1): 520 5/6 bit/s, mark 2083 1/3 Hz for one, space 1562 1/2 Hz for zero; eight bits a byte, least significant first,
/// no start or stop bits; sixteen bytes of AB hex before each of three bursts, a second apart.
/// Not a Chinese system: for test programmes that a machine can check, and for radio heads abroad.
/// </summary>
public static class SameSignal
{
    public const int Bursts = 3;
    public const int PauseMilliseconds = 1_000;
    public const int PreambleBytes = 16;
    public const byte PreambleByte = 0xAB;
    public const string EndOfMessageText = "NNNN";

    /// <summary>Peak of a burst, in dBFS.</summary>
    public const double PeakDbfs = -6;

    private const double BandPassHz = 4_500, BandStopHz = 7_500;

    // The first and the last bit last this much longer, so that the filter's edge takes nothing from them: a receiver that misses the first bit counts bytes from the second.
    private const int LeadMicroseconds = 100;

    // 3125/6 bit/s; mark is four turns a bit, space three.
    private const int BaudNumerator = 3125, BaudDenominator = 6, MarkTurns = 4, SpaceTurns = 3;

    /// <summary>Three bursts of a header with a second between them.</summary>
    /// <exception cref="FormatException">Not a header of the grammar.</exception>
    public static Pcm Header(string header, int sampleRateHz)
    {
        if (!SameHeader.TryParse(header, out _, out var problem)) throw new FormatException(problem);
        return Bursts3(header, sampleRateHz);
    }

    /// <summary>Three bursts of NNNN.</summary>
    public static Pcm EndOfMessage(int sampleRateHz) => Bursts3(EndOfMessageText, sampleRateHz);

    /// <summary>One burst of any ASCII text, preamble included.</summary>
    public static Pcm Burst(string text, int sampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bits = (PreambleBytes + text.Length) * 8;
        // The end of bit n lies at n · 6 · rate / 3125 samples, rounded once from the start of the burst: errors do not add up.
        var lead = (int)((long)sampleRateHz * LeadMicroseconds / 1_000_000);
        var samples = new short[EndOfBit(bits, sampleRateHz) + 2 * lead];
        var mark = Sine.Step((long)BaudNumerator * MarkTurns, BaudDenominator, sampleRateHz);
        var space = Sine.Step((long)BaudNumerator * SpaceTurns, BaudDenominator, sampleRateHz);
        var crest = (long)Math.Round(short.MaxValue * Math.Pow(10, PeakDbfs / 20));
        var phase = unchecked((uint)-(mark * lead));
        var at = 0;
        for (var bit = 0; bit < bits; bit++)
        {
            var value = bit / 8 < PreambleBytes ? PreambleByte : Ascii(text[bit / 8 - PreambleBytes]);
            var step = ((value >> (bit % 8)) & 1) == 1 ? mark : space;
            for (var end = EndOfBit(bit + 1, sampleRateHz) + (bit == bits - 1 ? 2 * lead : lead); at < end; at++)
            {
                samples[at] = (short)(Sine.At(phase) * crest / Sine.One);
                phase += step;
            }
        }
        // Each change of bit bends the wave, which crackles above the band that any receiver uses; the filter also rounds both edges.
        return BandLimit.LowPass(new Pcm(sampleRateHz, samples), BandPassHz, BandStopHz, spread: true);
    }

    private static Pcm Bursts3(string text, int sampleRateHz)
    {
        var burst = Burst(text, sampleRateHz);
        var pause = Pcm.Silence(sampleRateHz, PauseMilliseconds);
        return Pcm.Join(sampleRateHz, burst, pause, burst, pause, burst);
    }

    private static int EndOfBit(int bits, int sampleRateHz) => (int)(((long)bits * sampleRateHz * BaudDenominator + BaudNumerator / 2) / BaudNumerator);

    private static byte Ascii(char c) => c is >= ' ' and < (char)127 or '\r' or '\n' ? (byte)c : throw new FormatException($"Character U+{(int)c:X4} is not ASCII.");
}
