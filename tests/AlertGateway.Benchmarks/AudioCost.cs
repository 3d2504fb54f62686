using System.Diagnostics;
using System.Globalization;
using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Benchmarks;

/// <summary>What programme audio costs beyond the speech engine: an engine that answers at once with recorded-like sound, no cache between runs. Each line beside a raw limit of the same run, in turns.</summary>
internal static class AudioCost
{
    private const int Alternations = 9;

    public static IEnumerable<string> Table(string configFolder)
    {
        yield return "| work | time, median | share of its duration | raw limit in the same run | ratio |";
        yield return "|---|---|---|---|---|";
        var profiles = ToneProfiles.Load(Path.Combine(configFolder, "tones"));
        var lexicon = new LexiconSource(Path.Combine(configFolder, "lexicon"));
        var script = new ProgrammeScript { Profile = "red", Exercise = false, Passages = [new("zh", "请立即转移到高处。溧阳市气象台6月15日02时10分发布暴雨红色预警，预计未来3小时降雨量将达100毫米以上。")] };
        var engine = new InstantVoice();
        ProgrammeAudio Render() => new ProgrammeRenderer(profiles, new SpeechChain([engine]), lexicon).RenderAsync(script, CancellationToken.None).GetAwaiter().GetResult();
        var programme = Render();
        yield return Line($"render a programme of {programme.Duration.TotalSeconds:0.0} s", programme.Duration, () => Render(), "SHA-256 and one copy of its WAV", () => System.Security.Cryptography.SHA256.HashData(programme.Wav.ToArray()));
        var minute = InstantVoice.Voice(60, G711.SampleRateHz);
        var codes = new byte[minute.Length];
        var plain = new byte[minute.Length * 2];
        yield return Line("G.711 A-law of one minute", minute.Duration, () => G711.EncodeALaw(minute.Samples, codes), "copy of its samples", () => System.Runtime.InteropServices.MemoryMarshal.AsBytes(minute.Samples).CopyTo(plain));
        yield return Line("G.711 µ-law of one minute", minute.Duration, () => G711.EncodeMuLaw(minute.Samples, codes), "copy of its samples", () => System.Runtime.InteropServices.MemoryMarshal.AsBytes(minute.Samples).CopyTo(plain));
        var wide = InstantVoice.Voice(60, G722.SampleRateHz);
        yield return Line("G.722 of one minute", wide.Duration, () => G722.Encode(wide), "copy of its samples", () => wide.Samples.ToArray());
    }

    private static string Line(string name, TimeSpan duration, Action work, string rawName, Action raw)
    {
        var measured = new List<double>();
        var limit = new List<double>();
        work();
        raw();
        for (var i = 0; i < Alternations; i++)
        {
            measured.Add(Milliseconds(work));
            limit.Add(Milliseconds(raw));
        }
        double median = Median(measured), bare = Median(limit);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:0.00} ms | {median / duration.TotalMilliseconds:P2} | {rawName}: {bare:0.000} ms | {median / bare:0} |");
    }

    private static double Milliseconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class InstantVoice : ISpeechEngine
    {
        private readonly Dictionary<string, Pcm> _said = new(StringComparer.Ordinal);

        public string Name => "instant";

        public Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
        {
            lock (_said)
            {
                if (!_said.TryGetValue(request.Script, out var sound)) _said[request.Script] = sound = Voice(request.Script.Length * 0.28, 22_050);
                return Task.FromResult(SpeechOutcome.Spoken(sound));
            }
        }

        // Syllables of two partials under a slow envelope, with some noise: the limiter and the meters have as much to do as with a voice.
        public static Pcm Voice(double seconds, int rateHz)
        {
            var random = new Random(5);
            var samples = new short[(int)(seconds * rateHz)];
            for (var i = 0; i < samples.Length; i++)
            {
                var t = (double)i / rateHz;
                var envelope = 0.3 + 0.7 * Math.Abs(Math.Sin(2 * Math.PI * 1.9 * t));
                samples[i] = (short)(9_000 * envelope * (Math.Sin(2 * Math.PI * 170 * t) + 0.5 * Math.Sin(2 * Math.PI * 1_300 * t) + 0.2 * (random.NextDouble() - 0.5)));
            }
            return new Pcm(rateHz, samples);
        }
    }
}
