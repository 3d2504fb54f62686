using System.Text.Encodings.Web;
using System.Text.Json;
using AlertGateway.Audio;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Speech;

/// <summary>What stands beside a programme's WAV: script, segments, loudness, and what the engines did. Kept so that whoever approves or inspects later sees it.</summary>
public sealed record ProgrammeMap
{
    public required string Sha256 { get; init; }

    public required int SampleRate { get; init; }

    public required double DurationSeconds { get; init; }

    public required IReadOnlyList<string> Script { get; init; }

    public required IReadOnlyList<ProgrammeSegment> Segments { get; init; }

    /// <summary>Over the whole, in LUFS; null for silence.</summary>
    public double? IntegratedLufs { get; init; }

    /// <summary>In dBTP; null for silence.</summary>
    public double? TruePeakDbtp { get; init; }

    /// <summary>In LU.</summary>
    public double RangeLu { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    private const int BytesMax = 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 8 };

    public static ProgrammeMap Of(ProgrammeAudio audio)
    {
        ArgumentNullException.ThrowIfNull(audio);
        if (!WavFile.TryRead(audio.Wav, out var pcm, out var problem)) throw new ArgumentException(problem, nameof(audio));
        var loudness = Loudness.Measure(pcm!);
        return new ProgrammeMap
        {
            Sha256 = audio.Sha256Hex,
            SampleRate = pcm!.SampleRateHz,
            DurationSeconds = Math.Round(audio.Duration.TotalSeconds, 3),
            Script = audio.SpokenScript,
            Segments = audio.Segments,
            IntegratedLufs = Finite(loudness.IntegratedLufs),
            TruePeakDbtp = Finite(loudness.TruePeakDbtp),
            RangeLu = Finite(loudness.RangeLu) ?? 0,
            Notes = audio.Notes,
        };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Null when the bytes are no map.</summary>
    public static ProgrammeMap? Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > BytesMax) return null;
        try
        {
            return JsonSerializer.Deserialize<ProgrammeMap>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 2) : null;
}
