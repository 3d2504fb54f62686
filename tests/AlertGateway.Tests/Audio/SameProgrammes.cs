using System.Globalization;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>A covering set of SAME programmes by number, and how foreign programs read them.</summary>
internal static class SameProgrammes
{
    public const int Count = 300;

    public static readonly int[] Rates = [8_000, 16_000, 22_050, 44_100, 48_000];

    public static int RateOf(int number) => Rates[number % Rates.Length];

    /// <summary>Numbers 1 to 300 hold every event code, every count of locations and every rate, each many times.</summary>
    public static string Header(int number)
    {
        var locations = 1 + number % SameHeader.LocationsMax;
        var codes = string.Concat(Enumerable.Range(0, locations).Select(n => $"-{(number * 7919 + n * 104729) % 1_000_000:000000}"));
        var valid = (number % 3) switch { 0 => "0015", 1 => "0045", _ => "0330" };
        return $"ZCZC-{SameCodes.Originators[number % 4]}-{SameCodes.Events[number % SameCodes.Events.Count]}{codes}+{valid}-{1 + number % 366:000}{number % 24:00}{number % 60:00}-AGW{number:00000}-";
    }

    public static Pcm Of(string header, int rateHz) =>
        Sounds.Padded(Pcm.Join(rateHz, SameSignal.Header(header, rateHz), Pcm.Silence(rateHz, 1_000), SameSignal.EndOfMessage(rateHz)), 700);

    public static Pcm Of(int number) => Of(Header(number), RateOf(number));

    /// <summary>Both judges on a file of any rate: exact headers and ends, of three each. The whole header counts; a prefix would pass a corrupt one.</summary>
    public static async Task<(int Headers, int Ends)> MultimonAsync(WorkFolder folder, string file, string header)
    {
        await ForeignTool.RunAsync("sox", $"-D {folder[file]} -r 22050 -c 1 {folder["judged.wav"]}"); // -D: dither would differ from run to run
        var lines = (await ForeignTool.RunAsync("multimon-ng", $"-q -v 1 -a EAS -t wav {folder["judged.wav"]}")).Split('\n');
        return (lines.Count(line => line == $"EAS (part): {header}"), lines.Count(line => line == "EAS: NNNN"));
    }

    /// <param name="fromSample">Samples that it is not given. SAME has no start bits, and on which bit minimodem falls in depends on the sample that it begins with: now and then it takes a burst for one that is shifted by a bit.</param>
    public static async Task<(int Headers, int Ends)> MinimodemAsync(WorkFolder folder, string file, string header, int fromSample = 0)
    {
        await ForeignTool.RunAsync("sox", $"-D {folder[file]} -r 22050 -c 1 {folder["judged.wav"]} trim {fromSample}s");
        var text = await ForeignTool.RunAsync("minimodem", $"--rx same -q -f {folder["judged.wav"]}");
        return (text.Split(header).Length - 1, text.Split("NNNN").Length - 1);
    }

    /// <summary>White noise at a ratio to the burst's own level, over the whole band up to half the rate.</summary>
    public static Pcm Noisy(Pcm clean, int seed, double snrDb) => Sounds.Mix(clean, Sounds.Noise(seed, clean.Length, clean.SampleRateHz, SameSignal.PeakDbfs - 3.01 - snrDb));

    public static string[] Cells(params (int Headers, int Ends)[] read) => [.. read.SelectMany(r => new[] { r.Headers, r.Ends }).Select(n => n.ToString(CultureInfo.InvariantCulture))];
}
