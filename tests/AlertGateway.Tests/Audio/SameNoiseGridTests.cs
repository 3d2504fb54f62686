using System.Globalization;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>Our decoder beside multimon-ng over 200 noisy files at each of five levels: never worse by more than three headers, and never wrong.</summary>
public sealed class SameNoiseGridTests
{
    private const int Files = 200;
    private const int BatchFiles = 10;

    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Our_decoder_gives_at_least_the_headers_of_multimon_less_three_and_never_a_wrong_one(int snrDb)
    {
        var kept = new GridResults("same-noise-" + snrDb.ToString(CultureInfo.InvariantCulture), "ours wrong multimon");
        var left = GridResults.Slice;
        int ours = 0, multimon = 0, wrong = 0, counted = 0;
        for (var batch = 0; batch < Files / BatchFiles; batch++)
        {
            var name = $"{batch * BatchFiles}-{batch * BatchFiles + BatchFiles - 1}";
            var hash = GridResults.HashOf(Pcm.Join(22_050, [.. Enumerable.Range(batch * BatchFiles, BatchFiles).Select(seed => SameProgrammes.Of(HeaderOf(seed), 22_050).Slice(0, 40_000))]));
            var cells = kept.Of(name, hash);
            if (cells is null && left > 0)
            {
                ForeignTool.Require("multimon-ng");
                cells = await MeasureAsync(batch, snrDb, withMultimon: true);
                kept.Add(name, hash, cells);
                left--;
            }
            if (cells is null) continue;
            // One batch is decoded again at every run, by ours alone.
            if (GridResults.Slice == 0 && batch == 3) Assert.Equal(cells[..2], (await MeasureAsync(batch, snrDb, withMultimon: false))[..2]);
            ours += Number(cells[0]);
            wrong += Number(cells[1]);
            multimon += Number(cells[2]);
            counted += BatchFiles;
        }
        Assert.Equal(0, wrong);
        Assert.True(ours >= multimon - 3, $"ours {ours}, multimon {multimon} of {counted} at {snrDb} dB");
        GridResults.RequireAll($"SAME at {snrDb} dB", Files - counted, Files);
    }

    private static string HeaderOf(int seed) => SameProgrammes.Header(1 + 31 * seed % SameProgrammes.Count);

    private static int Number(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static async Task<string[]> MeasureAsync(int batch, int snrDb, bool withMultimon)
    {
        int ours = 0, wrong = 0, multimon = 0;
        for (var seed = batch * BatchFiles; seed < (batch + 1) * BatchFiles; seed++)
        {
            var header = HeaderOf(seed);
            var noisy = SameProgrammes.Noisy(SameProgrammes.Of(header, 22_050), 10_000 * (snrDb + 5) + seed, snrDb);
            var received = SameDecoder.Decode(noisy).Receptions;
            if (received.Any(reception => reception.Header == header)) ours++;
            wrong += received.Count(reception => reception.Header != header);
            if (!withMultimon) continue;
            using var folder = new WorkFolder();
            folder.Write("x.wav", noisy);
            if ((await ForeignTool.RunAsync("multimon-ng", $"-q -a EAS -t wav {folder["x.wav"]}")).Split('\n').Contains($"EAS: {header}")) multimon++;
        }
        return [ours.ToString(CultureInfo.InvariantCulture), wrong.ToString(CultureInfo.InvariantCulture), multimon.ToString(CultureInfo.InvariantCulture)];
    }
}
