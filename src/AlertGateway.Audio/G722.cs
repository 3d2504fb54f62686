namespace AlertGateway.Audio;

/// <summary>
/// ITU-T G.722 (09/2012) at 64 kbit/s: wide-band speech of 16,000 samples a second in two bands, one byte for each two samples.
/// A byte holds six bits of the lower band and, above them, two of the upper.
/// </summary>
public static class G722
{
    public const int SampleRateHz = 16_000;

    /// <summary>The sound as codes; at another rate it is resampled first. An odd last sample is followed by a zero.</summary>
    public static byte[] Encode(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var wide = Resampler.Resample(pcm, SampleRateHz);
        var codes = new byte[(wide.Length + 1) / 2];
        new G722Encoder().Encode(wide.Samples, codes);
        return codes;
    }

    /// <summary>The sound of a whole stream of codes.</summary>
    public static Pcm Decode(ReadOnlySpan<byte> codes)
    {
        var samples = new short[codes.Length * 2];
        new G722Decoder().Decode(codes, samples);
        return new Pcm(SampleRateHz, samples);
    }
}

/// <summary>One stream of samples to codes; keeps the bands' adaption between calls. Not thread-safe.</summary>
public sealed class G722Encoder
{
    private readonly G722Band _low = G722Band.Low(), _high = G722Band.High();
    private readonly G722Mirror _mirror = new();

    /// <summary>Writes one code for each two samples into <paramref name="codes"/>, which must be long enough.</summary>
    public void Encode(ReadOnlySpan<short> samples, Span<byte> codes)
    {
        for (var i = 0; i < samples.Length; i += 2)
        {
            var (even, odd) = _mirror.Next(samples[i], i + 1 < samples.Length ? samples[i + 1] : 0);
            // Clause 3.1: the two band signals, at half the scale of the samples.
            var low = (even + odd) >> 14;
            var high = (even - odd) >> 14;
            codes[i / 2] = (byte)((_high.QuantiseHigh(high) << 6) | _low.QuantiseLow(low));
        }
    }
}

/// <summary>One stream of codes to samples; keeps the bands' adaption between calls. Not thread-safe.</summary>
public sealed class G722Decoder
{
    private const int BandMin = -16_384, BandMax = 16_383;

    private readonly G722Band _low = G722Band.Low(), _high = G722Band.High();
    private readonly G722Mirror _mirror = new();

    /// <summary>Writes two samples for each code into <paramref name="samples"/>, which must be long enough.</summary>
    public void Decode(ReadOnlySpan<byte> codes, Span<short> samples)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            var low = Math.Clamp(_low.ReconstructLow(codes[i] & 0x3F), BandMin, BandMax);
            var high = Math.Clamp(_high.ReconstructHigh(codes[i] >> 6), BandMin, BandMax);
            var (first, second) = _mirror.Next(low + high, low - high);
            // The sum over the coefficients of the odd places comes out first (clause 4.4).
            samples[2 * i] = G722Band.Saturated(first >> 11);
            samples[2 * i + 1] = G722Band.Saturated(second >> 11);
        }
    }
}

/// <summary>The quadrature mirror filter of clauses 3.1 and 4.4: 24 coefficients, symmetrical, so twelve are kept.</summary>
internal sealed class G722Mirror
{
    private static readonly int[] Coefficients = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

    private readonly int[] _history = new int[24];

    /// <summary>Takes two samples in and gives the sum over the odd places and the sum over the even ones.</summary>
    public (int Odd, int Even) Next(int first, int second)
    {
        var history = _history;
        Array.Copy(history, 2, history, 0, 22);
        history[22] = first;
        history[23] = second;
        int odd = 0, even = 0;
        for (var i = 0; i < Coefficients.Length; i++)
        {
            even += history[2 * i] * Coefficients[i];
            odd += history[2 * i + 1] * Coefficients[11 - i];
        }
        return (odd, even);
    }
}
