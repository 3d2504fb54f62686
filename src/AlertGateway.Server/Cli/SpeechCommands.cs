using System.CommandLine;
using System.Text;
using AlertGateway.Audio.SpokenText;
using AlertGateway.Channels.Speech;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw speech normalise</c>: standard input to the exact words that will be spoken.</summary>
public static class SpeechCommands
{
    private const int InputCharactersMax = 1_000_000;

    public static Command Create()
    {
        var language = new Option<string>("--language") { Description = "zh or en", DefaultValueFactory = _ => "zh" };
        language.AcceptOnlyFromAmong("zh", "en");
        var pinyin = new Option<bool>("--pinyin") { Description = "show what the lexicon makes of the words" };
        var config = new Option<string?>("--config") { Description = "configuration folder" };
        var normalise = new Command("normalise", "standard input, line by line, to the words that will be spoken") { language, pinyin, config };
        normalise.SetAction((parse, stop) => NormaliseAsync(parse.GetValue(language)!, parse.GetValue(pinyin), parse.GetValue(config), stop));
        var output = new Option<string>("--out") { Description = "WAV file", Required = true };
        var say = new Command("say", "standard input as sound: to hear how a word of the lexicon is read") { language, output, config };
        say.SetAction((parse, stop) => SayAsync(parse.GetValue(language)!, parse.GetValue(output)!, parse.GetValue(config), stop));
        return new Command("speech", "spoken text") { normalise, say };
    }

    private static async Task<int> SayAsync(string language, string output, string? config, CancellationToken stop)
    {
        using var house = SpeechHouse.Open(config, TimeProvider.System);
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var buffer = new char[SpeechNormaliser.CharactersMax];
        var words = house.Renderer.SpokenText(language, new string(buffer, 0, await input.ReadBlockAsync(buffer, stop)).Trim());
        var problems = new List<string>();
        var passage = await house.Chain.SpeakAsync(language, words, ToneProfiles.BuiltIn, ProgrammeRenderer.SampleRateHz, "", problems, stop);
        foreach (var problem in problems) await Console.Error.WriteLineAsync(problem);
        if (passage is null) return CliFiles.Refuse("没有引擎能读。 No engine can say it.");
        await Console.Out.WriteLineAsync(words);
        return CliFiles.TryWrite(output, AlertGateway.Audio.WavFile.Write(passage.Sound)) ? 0 : 1;
    }

    private static async Task<int> NormaliseAsync(string language, bool pinyin, string? config, CancellationToken stop)
    {
        using var house = SpeechHouse.Open(config, TimeProvider.System);
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var read = 0;
        while (await input.ReadLineAsync(stop) is { } line)
        {
            read += line.Length;
            if (read > InputCharactersMax || line.Length > SpeechNormaliser.CharactersMax)
            {
                await Console.Error.WriteLineAsync($"文字过长。 The text is too long: at most {SpeechNormaliser.CharactersMax} characters a line.");
                return 1;
            }
            var words = house.Renderer.SpokenText(language, line);
            await Console.Out.WriteLineAsync(pinyin && language == "zh" ? house.Lexicon.Current.Annotate(words) : words);
        }
        return 0;
    }
}
