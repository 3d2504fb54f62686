using AlertGateway.Channels.Speech;

namespace AlertGateway.Tests.Speech;

public sealed class SpeechOptionsTests
{
    private static HttpSpeechOptions AnEngine(string name = "local", string address = "http://127.0.0.1:8880/v1/audio/speech") => new() { Name = name, Address = new Uri(address) };

    [Fact]
    public void Http_engines_come_first_and_clips_close_the_list()
    {
        Assert.Equal(["espeak-ng", "clips"], new SpeechOptions().Order());
        Assert.Equal(["local", "espeak-ng", "clips"], new SpeechOptions { Http = [AnEngine()] }.Order());
        Assert.Equal(["clips", "espeak-ng"], new SpeechOptions { Engines = ["clips", "espeak-ng"] }.Order().Distinct().Take(2));
        Assert.Equal(["espeak-ng", "local", "clips"], new SpeechOptions { Engines = ["espeak-ng", "local"], Http = [AnEngine()] }.Order());
    }

    [Fact]
    public void Every_problem_is_named()
    {
        Assert.Empty(new SpeechOptions { Http = [AnEngine()] }.Problems());
        var far = AnEngine("far", "http://tts.example.org/");
        far.KeyFile = "key";
        far.Timeout = TimeSpan.FromMinutes(2);
        var options = new SpeechOptions { Engines = ["nobody"], Http = [far, AnEngine("espeak-ng"), new HttpSpeechOptions { Name = "x" }] };
        var problems = options.Problems();
        foreach (var part in new[] { "key is not sent over http", "timeout", "name that is taken", "\"nobody\"", "full http or https" }) Assert.Contains(problems, problem => problem.Contains(part, StringComparison.Ordinal));
    }
}
