using System.Net;
using System.Net.Http.Headers;
using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Speech;

public sealed class HttpSpeechEngineTests
{
    private static readonly SpeechRequest Request = new("zh", "立即转移。", 140);
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private HttpSpeechEngine AnEngine(FarSide far, HttpSpeechDialect dialect = HttpSpeechDialect.OpenAi) =>
        new(new HttpSpeechOptions { Address = new Uri("http://127.0.0.1:9/v1/audio/speech"), Dialect = dialect, FailuresMax = 2 }, new HttpClient(far), _clock);

    [Theory]
    [InlineData(HttpSpeechDialect.OpenAi, "\"response_format\":\"wav\"")]
    [InlineData(HttpSpeechDialect.Piper, "\"text\":")]
    [InlineData(HttpSpeechDialect.Azure, "<voice name=\"zh\">")]
    public async Task Each_dialect_asks_in_its_own_form_and_takes_a_wav(HttpSpeechDialect dialect, string part)
    {
        using var far = new FarSide("audio/wav", WavFile.Write(ScriptedEngine.Hum("立即转移")));
        var outcome = await AnEngine(far, dialect).SpeakAsync(Request, Stop);
        Assert.NotNull(outcome.Sound);
        Assert.Contains(part, Assert.Single(far.Bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_json_error_with_status_200_is_no_sound()
    {
        using var far = new FarSide("application/json", "{\"error\":\"quota\"}"u8.ToArray());
        Assert.Contains("instead of sound", (await AnEngine(far).SpeakAsync(Request, Stop)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_file_is_no_sound()
    {
        var wav = WavFile.Write(ScriptedEngine.Hum("立即转移"));
        using var far = new FarSide("audio/wav", wav[..(wav.Length / 2)]);
        Assert.Contains("cut", (await AnEngine(far).SpeakAsync(Request, Stop)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_hangs_is_given_up_at_its_deadline()
    {
        using var far = new FarSide("audio/wav", []) { Hangs = true };
        var outcome = AnEngine(far).SpeakAsync(Request, Stop);
        await far.Reached.Task.WaitAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Contains("no answer", (await outcome).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_failures_in_a_row_it_rests_and_then_is_asked_again()
    {
        using var far = new FarSide("application/json", []);
        var engine = AnEngine(far);
        for (var i = 0; i < 4; i++) await engine.SpeakAsync(Request, Stop);
        Assert.Equal(2, far.Bodies.Count);
        _clock.Advance(TimeSpan.FromSeconds(31));
        await engine.SpeakAsync(Request, Stop);
        Assert.Equal(3, far.Bodies.Count);
    }

    private sealed class FarSide(string type, byte[] answer) : HttpMessageHandler
    {
        public bool Hangs { get; init; }

        public TaskCompletionSource Reached { get; } = new();

        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            Reached.TrySetResult();
            if (Hangs) await Task.Delay(Timeout.Infinite, cancellationToken);
            var content = new ByteArrayContent(answer);
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        }
    }
}
