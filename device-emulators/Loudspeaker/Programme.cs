using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>
/// A decoded programme: mono 16-bit samples, shared by every device that holds it. Energies and peaks are summed once per 20 ms block, so
/// that the level of any part is two look-ups, not a pass over the samples for each of thousands of devices.
/// </summary>
public sealed class Programme
{
    /// <summary>Largest file a device takes: 64 MiB, about 25 minutes at 22.05 kHz.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    private readonly double[] _energyUpTo; // [b] = sum of squares of the blocks before b
    private readonly int[] _peakUpTo; // [b] = largest magnitude of the blocks before b

    private Programme(string sha256, int sampleRateHz, short[] samples)
    {
        (Sha256, SampleRateHz, Samples) = (sha256, sampleRateHz, samples);
        BlockSamples = Math.Max(1, sampleRateHz / 50);
        var blocks = (samples.Length + BlockSamples - 1) / BlockSamples;
        _energyUpTo = new double[blocks + 1];
        _peakUpTo = new int[blocks + 1];
        for (var b = 0; b < blocks; b++)
        {
            var (energy, peak) = (0L, 0);
            foreach (var s in samples.AsSpan(b * BlockSamples, Math.Min(BlockSamples, samples.Length - (b * BlockSamples))))
            {
                energy += s * s;
                peak = Math.Max(peak, Math.Abs((int)s));
            }

            _energyUpTo[b + 1] = _energyUpTo[b] + energy;
            _peakUpTo[b + 1] = Math.Max(_peakUpTo[b], peak);
        }
    }

    /// <summary>SHA-256 of the file as received, lower-case hex.</summary>
    public string Sha256 { get; }

    public int SampleRateHz { get; }

    public short[] Samples { get; }

    /// <summary>Samples of one 20 ms block.</summary>
    public int BlockSamples { get; }

    /// <summary>RMS and peak of the first <paramref name="samples"/> samples, as fractions of full scale; whole blocks only.</summary>
    public (double Rms, double Peak) Level(int samples)
    {
        var blocks = Math.Min((samples + BlockSamples - 1) / BlockSamples, _energyUpTo.Length - 1);
        var counted = Math.Min(blocks * BlockSamples, Samples.Length);
        return counted == 0 ? (0, 0) : (Math.Sqrt(_energyUpTo[blocks] / counted) / 32768, _peakUpTo[blocks] / 32768.0);
    }

    public static string HashOf(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Decodes RIFF/WAVE, PCM 16 bit, one or two channels (two are averaged), 8–48 kHz; null if it is anything else.</summary>
    public static Programme? TryDecode(ReadOnlySpan<byte> file)
    {
        if (file.Length is < 44 or > BytesMax || !file[..4].SequenceEqual("RIFF"u8) || !file[8..12].SequenceEqual("WAVE"u8))
        {
            return null;
        }

        var (channels, rate) = (0, 0);
        for (var at = 12; at + 8 <= file.Length;)
        {
            var id = file.Slice(at, 4);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            var body = file[(at + 8)..];
            if (length > body.Length)
            {
                return null;
            }

            if (id.SequenceEqual("fmt "u8))
            {
                (channels, rate) = ReadFormat(body[..(int)length]);
                if (channels == 0)
                {
                    return null;
                }
            }
            else if (id.SequenceEqual("data"u8))
            {
                return channels == 0 ? null : new Programme(HashOf(file), rate, ReadSamples(body[..(int)length], channels));
            }

            at = (int)Math.Min((long)at + 8 + length + (length & 1), file.Length); // chunks are padded to even length
        }

        return null;
    }

    private static (int Channels, int RateHz) ReadFormat(ReadOnlySpan<byte> fmt)
    {
        if (fmt.Length < 16)
        {
            return default;
        }

        var format = BinaryPrimitives.ReadUInt16LittleEndian(fmt);
        if (format == 0xFFFE && fmt.Length >= 40)
        {
            format = BinaryPrimitives.ReadUInt16LittleEndian(fmt[24..]); // WAVE_FORMAT_EXTENSIBLE: the sub-format begins with the old tag
        }

        var channels = BinaryPrimitives.ReadUInt16LittleEndian(fmt[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(fmt[4..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(fmt[14..]);
        return format == 1 && channels is 1 or 2 && rate is >= 8000 and <= 48000 && bits == 16 ? (channels, (int)rate) : default;
    }

    private static short[] ReadSamples(ReadOnlySpan<byte> data, int channels)
    {
        var frames = data.Length / (2 * channels);
        var samples = new short[frames];
        if (channels == 1 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, short>(data[..(frames * 2)]).CopyTo(samples);
            return samples;
        }

        for (var i = 0; i < frames; i++)
        {
            var sum = 0;
            for (var c = 0; c < channels; c++)
            {
                sum += BinaryPrimitives.ReadInt16LittleEndian(data[(((i * channels) + c) * 2)..]);
            }

            samples[i] = (short)(sum / channels);
        }

        return samples;
    }
}
