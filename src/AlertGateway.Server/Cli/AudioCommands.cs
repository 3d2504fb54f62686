using System.CommandLine;
using System.Text.Json;
using AlertGateway.Audio;
using AlertGateway.Cap;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Server.Composition;
using AlertGateway.Core;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw audio render</c> and <c>agw audio verify</c>.</summary>
public static class AudioCommands
{
    private const int CapBytesMax = 5_767_168;

    internal static readonly JsonSerializerOptions Line = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var cap = new Option<string>("--cap") { Description = "CAP file", Required = true };
        var output = new Option<string>("--out") { Description = "folder for programme.wav and programme.json", Required = true };
        var profile = new Option<string?>("--profile") { Description = "tone profile; by default that of the warning's colour" };
        var config = new Option<string?>("--config") { Description = "configuration folder" };
        var city = new Option<string>("--city") { Description = "city whose villages' languages count", DefaultValueFactory = _ => "liyang" };
        var purpose = new Option<Purpose>("--purpose") { Description = "original, cancel or correction", DefaultValueFactory = _ => Purpose.Original };
        var formats = new Option<string?>("--formats") { Description = "also in these forms, with commas between: broadcast, g711alaw, g711mulaw, g722, mp3, aac, opus" };
        var render = new Command("render", "the programme of a warning") { cap, output, profile, purpose, formats, city, config };
        render.SetAction((parse, stop) => RenderAsync(parse.GetValue(cap)!, parse.GetValue(output)!, parse.GetValue(profile), parse.GetValue(purpose), parse.GetValue(formats), parse.GetValue(city)!, parse.GetValue(config), stop));
        var reference = new Option<string>("--reference") { Description = "the programme as sent", Required = true };
        var recording = new Option<string>("--recording") { Description = "what was heard somewhere", Required = true };
        var json = new Option<bool>("--json");
        var verify = new Command("verify", "whether a recording holds a programme") { reference, recording, json };
        verify.SetAction(parse => Verify(parse.GetValue(reference)!, parse.GetValue(recording)!, parse.GetValue(json)));
        return new Command("audio", "programme audio") { render, verify };
    }

    private static async Task<int> RenderAsync(string cap, string output, string? profile, Purpose purpose, string? formats, string city, string? config, CancellationToken stop)
    {
        if (FormatsOf(formats) is not { } wanted) return CliFiles.Refuse($"没有这种格式。 --formats takes broadcast, g711alaw, g711mulaw, g722, mp3, aac and opus.");
        if (CliFiles.TryRead(cap, CapBytesMax) is not { } bytes) return 1;
        var document = CapReader.Read(bytes);
        if (AlertOf(document) is not { Infos.Count: > 0 } alert) return CliFiles.Refuse($"没有可播报的预警。 {cap} holds no alert that can be spoken.");
        using var house = SpeechHouse.Open(config, TimeProvider.System);
        foreach (var problem in house.Problems) await Console.Error.WriteLineAsync(problem);
        var script = await ScriptAsync(house.Renderer, house.ConfigFolder, city, document.Messages.First(m => m.Alert == alert), purpose, stop);
        if (profile is not null) script = script with { Profile = profile };
        ProgrammeAudio audio;
        try
        {
            audio = await house.Renderer.RenderAsync(script, stop);
        }
        catch (Exception exception) when (exception is SpeechUnavailableException or ArgumentException)
        {
            return CliFiles.Refuse(exception.Message);
        }
        var map = ProgrammeMap.Of(audio);
        var description = JsonSerializer.SerializeToUtf8Bytes(new
        {
            script = audio.SpokenScript,
            profile = script.Profile,
            exercise = script.Exercise,
            sampleRate = map.SampleRate,
            durationSeconds = map.DurationSeconds,
            sha256 = audio.Sha256Hex,
            loudness = new { integratedLufs = map.IntegratedLufs, truePeakDbtp = map.TruePeakDbtp, rangeLu = map.RangeLu },
            segments = audio.Segments.Select(segment => new { kind = segment.Kind, startSample = segment.StartSample, lengthSamples = segment.LengthSamples, text = segment.Text }),
            notes = audio.Notes,
        }, Indented);
        if (!CliFiles.TryWrite(Path.Combine(output, "programme.wav"), audio.Wav) || !CliFiles.TryWrite(Path.Combine(output, "programme.json"), description)) return 1;
        foreach (var note in audio.Notes) await Console.Error.WriteLineAsync(note);
        var export = new ProgrammeExport();
        foreach (var format in wanted)
        {
            var (exported, problem) = await export.ExportAsync(audio, format, stop);
            if (exported is null) return CliFiles.Refuse($"无法导出 {format}。 {format} cannot be written: {problem}");
            if (!CliFiles.TryWrite(Path.Combine(output, "programme" + ProgrammeExport.EndingOf(format)), exported)) return 1;
        }
        return 0;
    }

    private static List<ExportFormat>? FormatsOf(string? formats)
    {
        var wanted = new List<ExportFormat>();
        foreach (var name in (formats ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!char.IsAsciiLetter(name[0]) || !Enum.TryParse<ExportFormat>(name, ignoreCase: true, out var format)) return null;
            wanted.Add(format);
        }
        return wanted;
    }

    private static int Verify(string reference, string recording, bool json)
    {
        if (CliFiles.TryReadWav(reference) is not { } wanted || CliFiles.TryReadWav(recording) is not { } heard) return 1;
        var result = ProgrammeVerification.Verify(wanted, heard);
        double? start = result.Start is { } at ? Math.Round(at.TotalSeconds, 4) : null;
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { heard = result.Heard, startSeconds = start, confidence = Math.Round(result.Confidence, 3), reasons = result.Reasons }, Line));
        else
        {
            Console.WriteLine(FormattableString.Invariant($"{(result.Heard ? "已播出 heard" : "未播出 not heard")}, start {start?.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture) ?? "-"} s, confidence {result.Confidence:0.00}"));
            foreach (var reason in result.Reasons) Console.WriteLine("  " + reason);
        }
        return result.Heard ? 0 : 1;
    }

    /// <summary>The words that the gateway would have spoken for this message, from the same configuration.</summary>
    private static async Task<ProgrammeScript> ScriptAsync(IProgrammeRenderer programmes, string config, string city, CapMessage message, Purpose purpose, CancellationToken stop)
    {
        var wording = Wording.Parse(await File.ReadAllBytesAsync(Path.Combine(config, "templates", "wording.json"), stop));
        var publishers = LawfulPublishers.Parse(await File.ReadAllBytesAsync(Path.Combine(config, "publishers.json"), stop));
        var languages = await GatewayFiles.LanguagesAsync(config, city, stop);
        var alert = message.Alert!;
        var submission = new Submission
        {
            SubmissionNo = 1, Alert = alert, Findings = message.Findings, Disposition = message.Disposition, Chain = ChainVerdict.First, Source = new SubmissionSource("cli", false, 0),
            Colour = AlertLife.ColourOf(alert), ReceivedTicks = 0, RawBytes = message.RawBytes,
        };
        return new RenderingRoom(wording, programmes, languages, publishers).ScriptOf(submission, AlertLife.ExpiresTicks(alert, new IngestOptions().DefaultLife), purpose);
    }

    private static Alert? AlertOf(CapDocument document) => document.Messages.Select(message => message.Alert).FirstOrDefault(alert => alert is not null);
}
