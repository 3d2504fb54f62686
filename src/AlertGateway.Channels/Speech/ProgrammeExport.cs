using System.ComponentModel;
using AlertGateway.Audio;
using AlertGateway.Core.Rendering;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace AlertGateway.Channels.Speech;

/// <summary>Forms in which a programme leaves for other people's equipment.</summary>
public enum ExportFormat
{
    /// <summary>As it is: 16-bit WAV, speech at −16 LUFS.</summary>
    Wav = 1,

    /// <summary>16-bit WAV at 48 kHz, speech at −23 LUFS (EBU R 128).</summary>
    Broadcast = 2,

    /// <summary>WAV of G.711 A-law, 8 kHz.</summary>
    G711ALaw = 3,

    /// <summary>WAV of G.711 µ-law, 8 kHz.</summary>
    G711MuLaw = 4,

    /// <summary>Bare G.722 codes, 64 kbit/s.</summary>
    G722 = 5,

    /// <summary>MP3, 64 kbit/s.</summary>
    Mp3 = 6,

    /// <summary>AAC in MP4, 48 kbit/s.</summary>
    Aac = 7,

    /// <summary>Opus in Ogg, 32 kbit/s, audio mode: the voice mode destroys tones and SAME.</summary>
    Opus = 8,
}

/// <summary>A programme in another form, or why there is none.</summary>
public sealed record ExportOutcome(byte[]? Bytes, string? Problem);

/// <summary>
/// Writes programmes in other forms. MP3, AAC and Opus run through ffmpeg, which takes a third of a second to start, so never while a warning waits; what it made is decoded again and compared with the programme
/// before it is handed out. Thread-safe.
/// </summary>
public sealed class ProgrammeExport(string? workFolder = null)
{
    /// <summary>Bit rates in kbit/s. At half of them, 16 kbit/s and less, neither words at a distance nor SAME survive.</summary>
    public const int Mp3Kbps = 64, AacKbps = 48, OpusKbps = 32;

    private const int BroadcastRateHz = 48_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>Ending of the file name, with its dot.</summary>
    public static string EndingOf(ExportFormat format) => format switch
    {
        ExportFormat.Wav => ".wav",
        ExportFormat.Broadcast => ".broadcast.wav",
        ExportFormat.G711ALaw => ".alaw.wav",
        ExportFormat.G711MuLaw => ".mulaw.wav",
        ExportFormat.G722 => ".g722",
        ExportFormat.Mp3 => ".mp3",
        ExportFormat.Aac => ".m4a",
        ExportFormat.Opus => ".opus",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    public async Task<ExportOutcome> ExportAsync(ProgrammeAudio programme, ExportFormat format, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(programme);
        if (!WavFile.TryRead(programme.Wav, out var read, out var problem)) return new ExportOutcome(null, problem);
        var pcm = read!;
        switch (format)
        {
            case ExportFormat.Wav: return new ExportOutcome(programme.Wav, null);
            case ExportFormat.Broadcast: return new ExportOutcome(WavFile.Write(Resampler.Resample(ForBroadcast(pcm, programme.Segments), BroadcastRateHz)), null);
            case ExportFormat.G711ALaw or ExportFormat.G711MuLaw: return new ExportOutcome(G711Wav(pcm, format == ExportFormat.G711ALaw), null);
            case ExportFormat.G722: return new ExportOutcome(G722.Encode(pcm), null);
            default: return await TranscodedAsync(programme.Wav, pcm, format, cancellationToken);
        }
    }

    /// <summary>One gain over everything, so that the speech comes to −23 LUFS and tones and SAME keep their distance to it.</summary>
    public static Pcm ForBroadcast(Pcm pcm, IReadOnlyList<ProgrammeSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        ArgumentNullException.ThrowIfNull(segments);
        Pcm[] speech = [.. segments.Where(segment => segment.Kind is "speech" or "clip").Select(segment => pcm.Slice(segment.StartSample, segment.LengthSamples))];
        var measured = Loudness.IntegratedLufs(speech.Length > 0 ? Pcm.Join(pcm.SampleRateHz, speech) : pcm);
        if (!double.IsFinite(measured)) return pcm;
        var gain = Math.Pow(10, Math.Min(0, SpeechLevel.BroadcastLufs - measured) / 20);
        var samples = new short[pcm.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = (short)Math.Round(pcm.Samples[i] * gain);
        return new Pcm(pcm.SampleRateHz, samples);
    }

    private static byte[] G711Wav(Pcm pcm, bool aLaw)
    {
        var narrow = Resampler.Resample(pcm, G711.SampleRateHz);
        var codes = new byte[narrow.Length];
        if (aLaw) G711.EncodeALaw(narrow.Samples, codes);
        else G711.EncodeMuLaw(narrow.Samples, codes);
        return G711File.Write(codes, aLaw);
    }

    private async Task<ExportOutcome> TranscodedAsync(byte[] wav, Pcm reference, ExportFormat format, CancellationToken cancellationToken)
    {
        if (!IsInstalled()) return new ExportOutcome(null, "ffmpeg is not installed");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(workFolder ?? Path.GetTempPath(), "agw-export-" + Path.GetRandomFileName())).FullName;
        try
        {
            string source = Path.Combine(folder, "in.wav"), target = Path.Combine(folder, "out" + EndingOf(format)), again = Path.Combine(folder, "again.wav");
            await File.WriteAllBytesAsync(source, wav, cancellationToken);
            deadline.CancelAfter(Deadline);
            await RunAsync(source, target, CodedAs(format), deadline.Token);
            await RunAsync(target, again, $"-c:a pcm_s16le -ar {reference.SampleRateHz} -ac 1", deadline.Token);
            if (!WavFile.TryRead(await File.ReadAllBytesAsync(again, cancellationToken), out var heard, out var unreadable)) return new ExportOutcome(null, $"ffmpeg gave no readable sound: {unreadable}");
            var verdict = ProgrammeVerification.Verify(reference, heard!);
            return verdict.Heard ? new ExportOutcome(await File.ReadAllBytesAsync(target, cancellationToken), null) : new ExportOutcome(null, $"the {format} file does not hold the programme: {string.Join("; ", verdict.Reasons)}");
        }
        catch (Exception exception) when (exception is FFMpegException or Win32Exception or IOException)
        {
            return new ExportOutcome(null, $"ffmpeg failed: {exception.Message.Split('\n')[0]}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ExportOutcome(null, $"ffmpeg gave no answer within {Deadline.TotalSeconds:0} s");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Without names, dates and encoder versions in the file: the same programme gives the same bytes with the same ffmpeg.
    private static string CodedAs(ExportFormat format) =>
        format switch
        {
            ExportFormat.Mp3 => $"-c:a libmp3lame -b:a {Mp3Kbps}k",
            ExportFormat.Aac => $"-c:a aac -b:a {AacKbps}k",
            _ => $"-c:a libopus -application audio -ar {BroadcastRateHz} -b:a {OpusKbps}k",
        } + " -ac 1 -map_metadata -1 -fflags +bitexact -flags:a +bitexact";

    private static async Task RunAsync(string source, string target, string arguments, CancellationToken cancellationToken) =>
        await FFMpegArguments.FromFileInput(source).OutputToFile(target, overwrite: true, options => options.WithCustomArgument(arguments)).CancellableThrough(cancellationToken)
            .ProcessAsynchronously(throwOnError: true, cancellationToken: CancellationToken.None);

    private static bool IsInstalled() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg")));
}
