using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>
/// What a microphone in front of one loudspeaker hears of one play, as a WAV file (PCM 16 bit, mono, the programme's rate): the programme
/// after volume, hard-clipped, over a noise floor of about −60 dBFS; the noise alone if the amplifier is dead.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private const int HeaderBytes = 44;
    private const int NoisePeak = 57; // uniform ±57 of 32768 has an RMS of −60 dBFS
    private readonly FileStream _file;
    private readonly Programme _programme;
    private readonly double _gain;
    private readonly Random _noise;
    private int _written;

    public Recorder(string path, Programme programme, double gainAtMicrophone, int seed)
    {
        (_programme, _gain, _noise) = (programme, gainAtMicrophone, new Random(seed));
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024);
        _file.Write(Header(0));
    }

    /// <summary>Writes on to sample <paramref name="position"/> of the programme.</summary>
    public void WriteUpTo(int position)
    {
        Span<short> block = stackalloc short[480];
        while (_written < position)
        {
            var count = Math.Min(block.Length, position - _written);
            for (var i = 0; i < count; i++)
            {
                var heard = (_programme.Samples[_written + i] * _gain) + _noise.Next(-NoisePeak, NoisePeak + 1);
                block[i] = (short)Math.Clamp(heard, short.MinValue, short.MaxValue);
            }

            _file.Write(MemoryMarshal.AsBytes(block[..count]));
            _written += count;
        }
    }

    public void Dispose()
    {
        _file.Position = 0;
        _file.Write(Header(_written * 2));
        _file.Dispose();
    }

    private byte[] Header(int dataBytes)
    {
        var h = new byte[HeaderBytes];
        "RIFF"u8.CopyTo(h);
        BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(4), 36 + dataBytes);
        "WAVEfmt "u8.CopyTo(h.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(h.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(h.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(24), _programme.SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(28), _programme.SampleRateHz * 2);
        BinaryPrimitives.WriteInt16LittleEndian(h.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(h.AsSpan(34), 16);
        "data"u8.CopyTo(h.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(40), dataBytes);
        return h;
    }
}
