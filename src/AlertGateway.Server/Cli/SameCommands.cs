using System.CommandLine;
using System.Text.Json;
using AlertGateway.Audio;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw same encode</c> and <c>agw same decode</c>.</summary>
public static class SameCommands
{
    public static Command Create()
    {
        var header = new Option<string>("--header") { Description = "ZCZC-ORG-EEE-PSSCCC+TTTT-JJJHHMM-LLLLLLLL-", Required = true };
        var output = new Option<string>("--out") { Description = "WAV to write", Required = true };
        var rate = new Option<int>("--rate") { Description = "samples a second", DefaultValueFactory = _ => 22_050 };
        rate.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 8_000 or > 48_000) result.AddError("--rate lies between 8000 and 48000"); });
        var encode = new Command("encode", "header and end of message as sound") { header, output, rate };
        encode.SetAction(parse => Encode(parse.GetValue(header)!, parse.GetValue(output)!, parse.GetValue(rate)));
        var file = new Argument<string>("file") { Description = "WAV to read" };
        var json = new Option<bool>("--json");
        var decode = new Command("decode", "headers in a recording") { file, json };
        decode.SetAction(parse => Decode(parse.GetValue(file)!, parse.GetValue(json)));
        return new Command("same", "SAME, the US signalling: for tests and radio heads abroad, never for public horns") { encode, decode };
    }

    private static int Encode(string header, string output, int rate)
    {
        if (!SameHeader.TryParse(header, out _, out var problem)) return CliFiles.Refuse($"报头不符合语法。 Not a SAME header: {problem}.");
        var pause = Pcm.Silence(rate, SameSignal.PauseMilliseconds);
        return CliFiles.TryWrite(output, WavFile.Write(Pcm.Join(rate, pause, SameSignal.Header(header, rate), pause, SameSignal.EndOfMessage(rate), pause))) ? 0 : 1;
    }

    private static int Decode(string file, bool json)
    {
        if (CliFiles.TryReadWav(file) is not { } pcm) return 1;
        var decoded = SameDecoder.Decode(pcm);
        foreach (var reception in decoded.Receptions)
        {
            var seconds = (double)reception.StartSample / pcm.SampleRateHz;
            if (json) Console.WriteLine(JsonSerializer.Serialize(new { header = reception.Header, bursts = reception.Bursts, exactBursts = reception.ExactBursts, confidence = Math.Round(reception.Confidence, 3), startSeconds = Math.Round(seconds, 3) }, AudioCommands.Line));
            else Console.WriteLine(FormattableString.Invariant($"{reception.Header}  {reception.ExactBursts}/{reception.Bursts} bursts exact, confidence {reception.Confidence:0.00}, at {seconds:0.0} s"));
        }
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { endOfMessage = decoded.EndOfMessageSamples.Count }));
        else if (decoded.EndOfMessageSamples.Count > 0) Console.WriteLine($"NNNN  {decoded.EndOfMessageSamples.Count}");
        return decoded.Receptions.Count > 0 ? 0 : 1;
    }
}
