using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Rendering;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

public sealed class ProgrammeExportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<ProgrammeAudio> AProgrammeAsync()
    {
        using var espeak = new EspeakEngine(new EspeakOptions { Timeout = TimeSpan.FromMinutes(1) }, SpeechConfig.Lexicon, TimeProvider.System);
        return await new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([espeak]), SpeechConfig.Lexicon)
            .RenderAsync(new ProgrammeScript { Profile = "same-relay", Exercise = false, Passages = [new("zh", "请立即转移到高处。溧阳市气象台发布暴雨红色预警。")] }, 22_050, SameHeaderTests.Example, Stop);
    }

    // Each form comes back through ffmpeg as the programme, with its SAME header.
    [Theory]
    [InlineData(ExportFormat.G711ALaw)]
    [InlineData(ExportFormat.G711MuLaw)]
    [InlineData(ExportFormat.G722)]
    [InlineData(ExportFormat.Mp3)]
    [InlineData(ExportFormat.Aac)]
    [InlineData(ExportFormat.Opus)]
    public async Task A_form_holds_the_programme(ExportFormat format)
    {
        ForeignTool.Require("ffmpeg", "espeak-ng", "multimon-ng", "sox");
        var programme = await AProgrammeAsync();
        var outcome = await new ProgrammeExport().ExportAsync(programme, format, Stop);
        Assert.Null(outcome.Problem);
        using var folder = new WorkFolder();
        var file = "x" + ProgrammeExport.EndingOf(format);
        await File.WriteAllBytesAsync(folder[file], outcome.Bytes!, Stop);
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {folder[file]} -ar 22050 -ac 1 -c:a pcm_s16le {folder["y.wav"]}");
        Assert.True(WavFile.TryRead(programme.Wav, out var reference, out _));
        var verdict = ProgrammeVerification.Verify(reference!, folder.Read("y.wav"));
        Assert.True(verdict.Heard, string.Join("; ", verdict.Reasons));
        Assert.Equal((3, 3), await SameProgrammes.MultimonAsync(folder, "y.wav", SameHeaderTests.Example));
    }

    [Fact]
    public async Task The_broadcasters_form_has_speech_at_minus_23_LUFS_by_ffmpeg()
    {
        ForeignTool.Require("ffmpeg", "espeak-ng");
        var programme = await AProgrammeAsync();
        var outcome = await new ProgrammeExport().ExportAsync(programme, ExportFormat.Broadcast, Stop);
        Assert.True(WavFile.TryRead(outcome.Bytes!, out var pcm, out _));
        Assert.Equal(48_000, pcm!.SampleRateHz);
        using var folder = new WorkFolder();
        int At(int sample) => (int)((long)sample * 48_000 / 22_050);
        folder.Write("speech.wav", Pcm.Join(48_000, [.. programme.Segments.Where(segment => segment.Kind == "speech").Select(segment => pcm.Slice(At(segment.StartSample), At(segment.LengthSamples)))]));
        var (lufs, peak) = await FfmpegLoudness.MeasureAsync(folder["speech.wav"]);
        Assert.Equal(-23, lufs, 0.5);
        Assert.True(peak < -6, $"{peak} dBTP");
    }
}
