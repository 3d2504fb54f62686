using System.Buffers.Binary;

namespace AlertGateway.Audio;

/// <summary>
/// RIFF/WAVE. Writes 16-bit mono PCM; reads PCM of 8, 16, 24 and 32 bits, 32-bit float, and G.711, any channel count up to 8
/// (mixed down), WAVE_FORMAT_EXTENSIBLE, odd chunks with their pad byte, and the unset sizes that programs leave when they write to a pipe.
/// </summary>
public static class WavFile
{
    public const int HeaderBytes = 44;

    /// <summary>The largest file taken, in bytes: an hour of 48 kHz mono is 346 MB, which nobody sends as a warning.</summary>
    public const int BytesMax = 256 * 1024 * 1024;

    private const ushort FormatPcm = 1, FormatFloat = 3, FormatALaw = 6, FormatMuLaw = 7, FormatExtensible = 0xFFFE;

    /// <summary>The file's bytes; the same sound always gives the same bytes.</summary>
    public static byte[] Write(Pcm pcm)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var dataBytes = checked(pcm.Length * 2);
        var file = new byte[HeaderBytes + dataBytes];
        var span = file.AsSpan();
        "RIFF"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], HeaderBytes - 8 + dataBytes);
        "WAVEfmt "u8.CopyTo(span[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(span[20..], FormatPcm);
        BinaryPrimitives.WriteUInt16LittleEndian(span[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], pcm.SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], pcm.SampleRateHz * 2);
        BinaryPrimitives.WriteUInt16LittleEndian(span[32..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(span[34..], 16);
        "data"u8.CopyTo(span[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], dataBytes);
        var samples = pcm.Samples;
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(span[(HeaderBytes + 2 * i)..], samples[i]);
        return file;
    }

    /// <summary>Reads a file of unknown origin; on refusal <paramref name="problem"/> says why in words for the operator.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out Pcm? pcm, out string problem)
    {
        pcm = null;
        if (file.Length > BytesMax) { problem = $"larger than {BytesMax} bytes"; return false; }
        if (file.Length < 12 || !file[..4].SequenceEqual("RIFF"u8) || !file[8..12].SequenceEqual("WAVE"u8)) { problem = "not a RIFF/WAVE file"; return false; }
        Format? format = null;
        var at = 12;
        while (at + 8 <= file.Length)
        {
            var id = file.Slice(at, 4);
            var declared = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            var body = file[(at + 8)..];
            if (id.SequenceEqual("data"u8))
            {
                if (format is not { } known) { problem = "sound data before its format"; return false; }
                // A writer on a pipe cannot know the size: it leaves 0 or a very large number there.
                if (declared == 0 || declared > body.Length)
                {
                    if (declared is not (0 or >= 0x7FFF_0000)) { problem = $"cut: {declared} bytes of sound declared, {body.Length} present"; return false; }
                    declared = (uint)body.Length;
                }
                return TryDecode(known, body[..(int)declared], out pcm, out problem);
            }
            if (declared > body.Length) { problem = "a chunk runs past the end of the file"; return false; }
            if (id.SequenceEqual("fmt "u8) && !TryReadFormat(body[..(int)declared], out format, out problem)) return false;
            at += 8 + (int)declared + (int)(declared & 1);
        }
        problem = "no sound data";
        return false;
    }

    private readonly record struct Format(ushort Tag, int Channels, int SampleRateHz, int Bits);

    private static bool TryReadFormat(ReadOnlySpan<byte> chunk, out Format? format, out string problem)
    {
        format = null;
        if (chunk.Length < 16) { problem = "format chunk too short"; return false; }
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (tag == FormatExtensible)
        {
            if (chunk.Length < 40) { problem = "extensible format chunk too short"; return false; }
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
        }
        if (channels is < 1 or > 8) { problem = $"{channels} channels"; return false; }
        if (rate is < Pcm.SampleRateMin or > Pcm.SampleRateMax) { problem = $"sample rate {rate} Hz"; return false; }
        var known = (tag, bits) is (FormatPcm, 8 or 16 or 24 or 32) or (FormatFloat, 32) or (FormatALaw or FormatMuLaw, 8);
        if (!known) { problem = $"format {tag} with {bits} bits is not read"; return false; }
        format = new Format(tag, channels, (int)rate, bits);
        problem = "";
        return true;
    }

    private static bool TryDecode(Format format, ReadOnlySpan<byte> data, out Pcm? pcm, out string problem)
    {
        var bytesPerSample = format.Bits / 8;
        var frames = data.Length / (bytesPerSample * format.Channels);
        var samples = new short[frames];
        var at = 0;
        for (var frame = 0; frame < frames; frame++)
        {
            var sum = 0;
            for (var channel = 0; channel < format.Channels; channel++, at += bytesPerSample) sum += DecodeSample(format, data.Slice(at, bytesPerSample));
            samples[frame] = (short)(sum / format.Channels);
        }
        pcm = new Pcm(format.SampleRateHz, samples);
        problem = "";
        return true;
    }

    private static short DecodeSample(Format format, ReadOnlySpan<byte> bytes) => (format.Tag, format.Bits) switch
    {
        (FormatMuLaw, _) => G711.DecodeMuLaw(bytes[0]),
        (FormatALaw, _) => G711.DecodeALaw(bytes[0]),
        (FormatFloat, _) => FromFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        (_, 8) => (short)((bytes[0] - 128) << 8),
        (_, 16) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (_, 24) => BinaryPrimitives.ReadInt16LittleEndian(bytes[1..]),
        _ => BinaryPrimitives.ReadInt16LittleEndian(bytes[2..]),
    };

    private static short FromFloat(float value) => float.IsNaN(value) ? (short)0 : (short)Math.Clamp(MathF.Round(value * 32767f), short.MinValue, short.MaxValue);
}
