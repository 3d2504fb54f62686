using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>What becomes of a sound on its way to a microphone and back: echo, noise, holes, a codec.</summary>
/// <param name="Codec"><c>none</c>, <c>mp3-64k</c>, <c>g711</c> or <c>opus-24k</c>.</param>
/// <param name="NoiseDb">Distance of white noise below the programme's active level; null for none.</param>
/// <param name="EchoMs">Delay of one echo 6 dB down; 0 for none.</param>
/// <param name="GapPercent">Share of the recording that is lost, in holes of 20 to 120 ms.</param>
internal sealed record Journey(string Codec, int? NoiseDb, int EchoMs, int GapPercent)
{
    public static IReadOnlyList<Journey> All { get; } =
    [
        .. from codec in new[] { "none", "mp3-64k", "g711", "opus-24k" }
           from noise in new int?[] { null, 20, 10, 6 }
           from echo in new[] { 0, 80, 300 }
           from gap in new[] { 0, 10 }
           select new Journey(codec, noise, echo, gap),
    ];

    public override string ToString() => $"{Codec}/{(NoiseDb is { } db ? $"noise {db} dB" : "no noise")}/{(EchoMs > 0 ? $"echo {EchoMs} ms" : "no echo")}/{(GapPercent > 0 ? "10 % lost" : "whole")}";

    /// <param name="level">The programme that was meant to be played: noise is set against its level even when the amplifier is dead.</param>
    public async Task<Pcm> RecordAsync(Pcm played, Pcm level, int leadMs, int seed)
    {
        var rate = played.SampleRateHz;
        var random = new Random(seed);
        var samples = Array.ConvertAll(Pcm.Join(rate, Pcm.Silence(rate, leadMs), played, Pcm.Silence(rate, 1_500)).Samples.ToArray(), sample => 0.5 * sample);
        if (EchoMs > 0) for (var i = samples.Length - 1; i >= rate * EchoMs / 1000; i--) samples[i] += 0.5 * samples[i - rate * EchoMs / 1000];
        if (NoiseDb is { } db)
        {
            var noise = 0.5 * ActiveRms(level) * Math.Pow(10, -db / 20.0);
            for (var i = 0; i < samples.Length; i++) samples[i] += noise * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }
        for (long lost = 0; lost < (long)samples.Length * GapPercent / 100;)
        {
            var length = rate * random.Next(20, 121) / 1000;
            Array.Clear(samples, random.Next(0, samples.Length - length), length);
            lost += length;
        }
        return await CodedAsync(new Pcm(rate, Array.ConvertAll(samples, sample => (short)Math.Clamp(Math.Round(sample), short.MinValue, short.MaxValue))));
    }

    private async Task<Pcm> CodedAsync(Pcm sound)
    {
        if (Codec == "none") return sound;
        using var folder = new WorkFolder();
        folder.Write("in.wav", sound);
        var (middle, options) = Codec switch
        {
            "mp3-64k" => ("m.mp3", "-c:a libmp3lame -b:a 64k"),
            "g711" => ("m.wav", "-ar 8000 -c:a pcm_mulaw"),
            _ => ("m.ogg", "-ar 48000 -c:a libopus -b:a 24k -application audio"),
        };
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {folder["in.wav"]} {options} {folder[middle]}");
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {folder[middle]} -ar 22050 -ac 1 -c:a pcm_s16le {folder["out.wav"]}");
        return folder.Read("out.wav");
    }

    private static double ActiveRms(Pcm pcm)
    {
        double sum = 0;
        var count = 0;
        foreach (var sample in pcm.Samples)
        {
            if (Math.Abs((int)sample) <= 30) continue;
            sum += (double)sample * sample;
            count++;
        }
        return Math.Sqrt(sum / Math.Max(1, count));
    }
}
