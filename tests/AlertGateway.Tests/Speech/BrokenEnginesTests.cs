using System.Net;
using System.Net.Http.Headers;
using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Tests.Speech;

/// <summary>A whole chain whose first engine is missing, hangs, or answers JSON, silence or half a file: the programme still goes out, and its map says what happened.</summary>
public sealed class BrokenEnginesTests
{
    private const string Zh = "请立即转移。溧阳市气象台发布暴雨红色预警。";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("missing", "cannot be reached")]
    [InlineData("hanging", "no answer")]
    [InlineData("json", "instead of sound")]
    [InlineData("silence", "silence")]
    [InlineData("half", "cut")]
    [InlineData("500", "answered 500")]
    public async Task The_programme_goes_out_with_clips_and_says_why(string fault, string why)
    {
        using var far = new BrokenServer(fault);
        using var http = new HttpClient(far) { Timeout = Timeout.InfiniteTimeSpan };
        var engine = new HttpSpeechEngine(new HttpSpeechOptions { Name = "cloud", Address = new Uri("http://127.0.0.1:9/v1/audio/speech"), Timeout = TimeSpan.FromSeconds(1) }, http, TimeProvider.System);
        var chain = new SpeechChain([engine, ClipEngine.Load(SpeechConfig.Folder("clips"), out _)]);
        var audio = await new ProgrammeRenderer(SpeechConfig.Profiles, chain, SpeechConfig.Lexicon).RenderAsync(new ProgrammeScript { Profile = "red", Exercise = false, Passages = [new("zh", Zh)] }, Stop);
        var note = Assert.Single(audio.Notes);
        Assert.Contains("general recording", note, StringComparison.Ordinal);
        Assert.Contains(why, note, StringComparison.Ordinal);
        Assert.Contains(audio.Segments, segment => segment.Kind == "clip");
        var map = ProgrammeMap.Read(ProgrammeMap.Of(audio).ToJson());
        Assert.Equal(audio.Notes, map!.Notes);
        Assert.Equal(audio.Segments, map.Segments);
        Assert.InRange(map.IntegratedLufs!.Value, -30, -8);
        Assert.Contains(why, chain.States[0].LastProblem!, StringComparison.Ordinal);
        Assert.Null(chain.States[1].LastProblem);
    }

    [Fact]
    public async Task Without_any_engine_and_any_clip_there_is_the_tone()
    {
        var audio = await new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([]), SpeechConfig.Lexicon).RenderAsync(new ProgrammeScript { Profile = "red", Exercise = false, Passages = [new("zh", Zh)] }, Stop);
        Assert.Contains("tone only", Assert.Single(audio.Notes), StringComparison.Ordinal);
        Assert.True(WavFile.TryRead(audio.Wav, out var pcm, out _));
        Assert.True(SoundLevel.RmsDbfs(pcm!.Samples) > -30);
    }

    [Fact]
    public async Task A_dialect_without_recordings_is_read_in_Mandarin_and_said_so()
    {
        var renderer = new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([new ScriptedEngine { Answer = request => request.Language == "wuu" ? SpeechOutcome.Failed("no clips for wuu") : SpeechOutcome.Spoken(ScriptedEngine.Hum(request.Script)) }]), SpeechConfig.Lexicon);
        var alone = await renderer.RenderAsync(new ProgrammeScript { Profile = "red", Exercise = false, Passages = [new("wuu", Zh)] }, Stop);
        Assert.Equal(4, alone.Segments.Count(segment => segment.Kind == "speech"));
        Assert.Contains("read in Mandarin", Assert.Single(alone.Notes), StringComparison.Ordinal);
        var both = await renderer.RenderAsync(new ProgrammeScript { Profile = "red", Exercise = false, Passages = [new("wuu", Zh), new("zh", Zh)] }, Stop);
        Assert.Equal(4, both.Segments.Count(segment => segment.Kind == "speech"));
    }

    [Fact]
    public async Task A_recorded_dialect_is_heard_before_Mandarin()
    {
        var engine = new ScriptedEngine();
        var audio = await new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([engine]), SpeechConfig.Lexicon).RenderAsync(new ProgrammeScript { Profile = "drill", Exercise = true, Passages = [new("wuu", Zh), new("zh", Zh)] }, Stop);
        Assert.Empty(audio.Notes);
        Assert.All(audio.SpokenScript, script => Assert.StartsWith("演练，", script, StringComparison.Ordinal));
    }

    private sealed class BrokenServer(string fault) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (fault == "missing") throw new HttpRequestException("connection refused");
            if (fault == "hanging") await Task.Delay(Timeout.Infinite, cancellationToken);
            var wav = WavFile.Write(fault == "silence" ? Pcm.Silence(22_050, 3_000) : ScriptedEngine.Hum(Zh));
            var content = new ByteArrayContent(fault switch { "json" => "{\"error\":\"quota\"}"u8.ToArray(), "half" => wav[..(wav.Length / 2)], _ => wav });
            content.Headers.ContentType = new MediaTypeHeaderValue(fault == "json" ? "application/json" : "audio/wav");
            return new HttpResponseMessage(fault == "500" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK) { Content = content };
        }
    }
}
