using System.Buffers.Binary;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>PCM of 16 bits, as taken out of a WAV file.</summary>
/// <param name="Rate">Frames a second, 4,000…192,000.</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="Samples">Little-endian samples, channels interleaved.</param>
public sealed record Programme(int Rate, int Channels, ReadOnlyMemory<byte> Samples)
{
    /// <summary>Length when played at life speed.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / (2 * Channels * Rate));

    /// <summary>Reads a RIFF WAVE file; null when it is none, or not 16-bit PCM in one or two channels.</summary>
    public static Programme? Parse(ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (bytes.Length < 44 || !bytes.StartsWith("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8)) return null;
        var (rate, channels) = (0, 0);
        for (long at = 12; at + 8 <= bytes.Length;)
        {
            var id = bytes.Slice((int)at, 4);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)at + 4)..]);
            var start = at + 8;
            if (id.SequenceEqual("fmt "u8))
            {
                if (size < 16 || start + 16 > bytes.Length) return null;
                var format = bytes[(int)start..];
                var kind = BinaryPrimitives.ReadUInt16LittleEndian(format);
                channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
                rate = BinaryPrimitives.ReadInt32LittleEndian(format[4..]);
                if (kind is not (1 or 0xFFFE) || BinaryPrimitives.ReadUInt16LittleEndian(format[14..]) != 16
                    || channels is < 1 or > 2 || rate is < 4000 or > 192_000)
                {
                    return null;
                }
            }
            else if (id.SequenceEqual("data"u8))
            {
                var length = (int)Math.Min(size, bytes.Length - start);
                return rate == 0 ? null : new Programme(rate, channels, file.Slice((int)start, length - (length % (2 * channels))));
            }

            at = start + size + (size & 1);
        }

        return null;
    }

    /// <summary>Root mean square of some samples in dB relative to full scale (a square wave of full height is 0); silence is -120.</summary>
    public static double RmsDbfs(ReadOnlySpan<byte> samples)
    {
        double sum = 0;
        for (var i = 0; i + 1 < samples.Length; i += 2)
        {
            double sample = BinaryPrimitives.ReadInt16LittleEndian(samples[i..]);
            sum += sample * sample;
        }

        var rms = samples.Length < 2 ? 0 : Math.Sqrt(sum / (samples.Length / 2)) / 32768;
        return rms < 1e-6 ? -120 : 20 * Math.Log10(rms);
    }
}
