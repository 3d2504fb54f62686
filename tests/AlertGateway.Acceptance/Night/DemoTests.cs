using System.Diagnostics;
using System.Text.Json;

namespace AlertGateway.Acceptance.Night;

/// <summary>The whole house as processes: gateway, provider, apps, loudspeakers, encoders, and kill -9 in the middle. The verdict comes from the far sides' journals.</summary>
public sealed class DemoTests
{
    private static string Home { get; } = FindHome();

    [Fact]
    public async Task One_night_adds_up_though_the_gateway_is_killed_three_times()
    {
        var summary = await RunAsync("--households", "2500", "--push", "60", "--speakers", "40", "--kills", "3");
        int planned = Number(summary, "planned");
        Assert.True(planned > 5_000);
        Assert.Equal(planned, summary.GetProperty("final").EnumerateObject().Sum(f => f.Value.GetInt32()));
        Assert.Equal((0, 0, 0), (Number(summary, "lost"), Number(summary, "unlabelledDuplicates"), Number(summary, "possibleLoss")));
    }

    [Fact]
    public async Task A_foreign_polygon_gets_a_city_of_its_own_and_reaches_it()
    {
        string file = Directory.EnumerateFiles(Path.Combine(Home, "tests", "corpus"), "c0101.xml", SearchOption.AllDirectories).First();
        var summary = await RunAsync("--around", file, "--households", "600", "--push", "20", "--speakers", "10", "--kills", "0");
        Assert.Equal((0, 0), (Number(summary, "lost"), Number(summary, "duplicates")));
        Assert.True(Number(summary, "planned") > 0);
    }

    /// <summary>A slice of what <c>tests/around.sh</c> runs whole: a circle, an exercise, codes alone, and a polygon that cannot be read.</summary>
    [Theory]
    [InlineData("c0002.xml", "sent", "")]
    [InlineData("c0110.xml", "sent", "")]
    [InlineData("c0141.xml", "sent", "")]
    [InlineData("c0119.xml", "held", "area.broken")]
    public async Task A_document_of_the_corpus_is_sent_whole_or_held_with_a_reason(string document, string verdict, string code)
    {
        var summary = await RunAsync("--around", Path.Combine(Home, "tests", "corpus", "cap", document), "--households", "200", "--push", "10", "--speakers", "4", "--kills", "0");
        Assert.Equal(verdict, summary.GetProperty("verdict").GetString());
        Assert.Equal((0, 0, 0), (Number(summary, "lost"), Number(summary, "duplicates"), Number(summary, "stray")));
        var reasons = summary.GetProperty("reasons").EnumerateArray().ToList();
        if (verdict == "sent") Assert.True(Number(summary, "planned") > 0);
        else Assert.Contains(reasons, r => r.GetProperty("code").GetString() == code && r.GetProperty("sentence").GetString()!.Length > 0 && r.GetProperty("sentenceEnglish").GetString()!.Length > 0);
    }

    private static int Number(JsonElement summary, string name) => summary.GetProperty(name).GetInt32();

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        string configuration = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        string program = Path.Combine(Home, "artifacts", "bin", "AlertGateway.Server", configuration, "agw");
        if (!File.Exists(Path.Combine(Home, "artifacts", "bin", "SmsProvider", configuration, "agw-smsprovider"))) Assert.Skip("The emulators are not built in this configuration.");
        string folder = Path.Combine(Path.GetTempPath(), "agw-night-" + Path.GetRandomFileName());
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["AGW_HOME"] = Home;
            foreach (string argument in (string[])["demo", "--exit", "--json", "--folder", folder, "--port", "0", .. arguments]) start.ArgumentList.Add(argument);
            using var demo = Process.Start(start)!;
            var told = demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string json = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(demo.ExitCode == 0, $"exit {demo.ExitCode}\n{await told}");
            return JsonDocument.Parse(json).RootElement.Clone();
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static string FindHome()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AlertGateway.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The repository's root was not found.");
    }
}
