namespace AlertGateway.Audio;

/// <summary>ITU-T G.711 (11/88): one byte a sample at 8 kHz, A-law with its even bits inverted, µ-law with all bits inverted.</summary>
public static class G711
{
    public const int SampleRateHz = 8_000;

    private const int MuLawBias = 0x84; // 33 in the 14-bit domain of the standard, times four
    private const int MuLawClip = 32_635;

    private static readonly short[] MuLawToLinear = BuildTable(ExpandMuLaw);
    private static readonly short[] ALawToLinear = BuildTable(ExpandALaw);
    private static readonly byte[] LinearToMuLaw = BuildEncoder(CompressMuLaw);
    private static readonly byte[] LinearToALaw = BuildEncoder(CompressALaw);

    public static short DecodeMuLaw(byte code) => MuLawToLinear[code];

    public static short DecodeALaw(byte code) => ALawToLinear[code];

    public static byte EncodeMuLaw(short sample) => LinearToMuLaw[(ushort)sample >> 2];

    public static byte EncodeALaw(short sample) => LinearToALaw[(ushort)sample >> 2];

    /// <summary>Writes one byte a sample into <paramref name="codes"/>, which must be at least as long.</summary>
    public static void EncodeMuLaw(ReadOnlySpan<short> samples, Span<byte> codes)
    {
        var table = LinearToMuLaw;
        for (var i = 0; i < samples.Length; i++) codes[i] = table[(ushort)samples[i] >> 2];
    }

    /// <inheritdoc cref="EncodeMuLaw(ReadOnlySpan{short}, Span{byte})"/>
    public static void EncodeALaw(ReadOnlySpan<short> samples, Span<byte> codes)
    {
        var table = LinearToALaw;
        for (var i = 0; i < samples.Length; i++) codes[i] = table[(ushort)samples[i] >> 2];
    }

    public static void DecodeMuLaw(ReadOnlySpan<byte> codes, Span<short> samples)
    {
        var table = MuLawToLinear;
        for (var i = 0; i < codes.Length; i++) samples[i] = table[codes[i]];
    }

    public static void DecodeALaw(ReadOnlySpan<byte> codes, Span<short> samples)
    {
        var table = ALawToLinear;
        for (var i = 0; i < codes.Length; i++) samples[i] = table[codes[i]];
    }

    private static short[] BuildTable(Func<byte, short> expand)
    {
        var table = new short[256];
        for (var code = 0; code < 256; code++) table[code] = expand((byte)code);
        return table;
    }

    // Both laws see at most 14 bits, so a table over the upper 14 is exact and stays small (16 KiB).
    private static byte[] BuildEncoder(Func<int, byte> compress)
    {
        var table = new byte[1 << 14];
        for (var index = 0; index < table.Length; index++) table[index] = compress((short)(ushort)(index << 2));
        return table;
    }

    private static byte CompressMuLaw(int sample)
    {
        var sign = sample < 0 ? 0x80 : 0;
        var magnitude = Math.Min(sample < 0 ? -sample : sample, MuLawClip) + MuLawBias;
        var exponent = int.Log2(magnitude) - 7;
        var mantissa = (magnitude >> (exponent + 3)) & 0x0F;
        return (byte)~(sign | (exponent << 4) | mantissa);
    }

    private static short ExpandMuLaw(byte code)
    {
        var bits = ~code & 0xFF;
        var exponent = (bits >> 4) & 7;
        var magnitude = ((((bits & 0x0F) << 3) + MuLawBias) << exponent) - MuLawBias;
        return (short)((bits & 0x80) != 0 ? -magnitude : magnitude);
    }

    private static byte CompressALaw(int sample)
    {
        // 13-bit domain; a negative value is taken by its ones' complement, so that −1 falls in the first negative step.
        var value = sample >> 3;
        var sign = value >= 0 ? 0x80 : 0;
        if (value < 0) value = ~value;
        var exponent = value < 32 ? 0 : int.Log2(value) - 4;
        var mantissa = exponent == 0 ? (value >> 1) & 0x0F : (value >> exponent) & 0x0F;
        return (byte)((sign | (exponent << 4) | mantissa) ^ 0x55);
    }

    private static short ExpandALaw(byte code)
    {
        var bits = code ^ 0x55;
        var exponent = (bits >> 4) & 7;
        var magnitude = ((bits & 0x0F) << 4) + 8;
        if (exponent > 0) magnitude = (magnitude + 0x100) << (exponent - 1);
        return (short)((bits & 0x80) != 0 ? magnitude : -magnitude);
    }
}
