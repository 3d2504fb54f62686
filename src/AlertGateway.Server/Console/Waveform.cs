using System.Globalization;
using System.Text;
using AlertGateway.Audio;

namespace AlertGateway.Server.Web;

/// <summary>A sound as an SVG path: from the lowest to the highest sample of each column.</summary>
internal static class Waveform
{
    public const int Columns = 600, Height = 64;

    /// <summary>Path data in a view box of <see cref="Columns"/> × <see cref="Height"/>; empty when the bytes are no sound.</summary>
    public static string PathOf(ReadOnlyMemory<byte> wav)
    {
        if (!WavFile.TryRead(wav.ToArray(), out var pcm, out _) || pcm!.Length < Columns) return "";
        var path = new StringBuilder(Columns * 16);
        for (var column = 0; column < Columns; column++)
        {
            var from = (int)((long)pcm.Length * column / Columns);
            var to = (int)((long)pcm.Length * (column + 1) / Columns);
            short low = 0, high = 0;
            foreach (var sample in pcm.Samples[from..to])
            {
                if (sample < low) low = sample;
                if (sample > high) high = sample;
            }
            path.Append(CultureInfo.InvariantCulture, $"M{column} {Y(high):0.#}V{Y(low):0.#}");
        }
        return path.ToString();
    }

    private static double Y(short sample) => Height / 2.0 - sample / 32768.0 * (Height / 2.0 - 1) + (sample <= 0 ? 0.5 : 0);
}
