using System.Buffers.Binary;

namespace AlertGateway.Audio;

/// <summary>A RIFF WAV of G.711 codes: format tags 6 and 7 of the RIFF specification, one channel, 8 kHz, with the <c>fact</c> chunk that coded formats carry.</summary>
public static class G711File
{
    private const int HeaderBytes = 58;
    private const ushort ALawTag = 6, MuLawTag = 7;

    public static byte[] Write(ReadOnlySpan<byte> codes, bool aLaw)
    {
        var padded = codes.Length + (codes.Length & 1);
        var file = new byte[HeaderBytes + padded];
        var span = file.AsSpan();
        "RIFF"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], file.Length - 8);
        "WAVEfmt "u8.CopyTo(span[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[16..], 18);
        BinaryPrimitives.WriteUInt16LittleEndian(span[20..], aLaw ? ALawTag : MuLawTag);
        BinaryPrimitives.WriteUInt16LittleEndian(span[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], G711.SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], G711.SampleRateHz);
        BinaryPrimitives.WriteUInt16LittleEndian(span[32..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(span[34..], 8);
        "fact"u8.CopyTo(span[38..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[42..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(span[46..], codes.Length);
        "data"u8.CopyTo(span[50..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[54..], codes.Length);
        codes.CopyTo(span[HeaderBytes..]);
        return file;
    }
}
