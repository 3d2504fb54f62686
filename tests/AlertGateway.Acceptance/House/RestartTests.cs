using System.Net;

namespace AlertGateway.Acceptance.House;

/// <summary>What a kill -9 of the gateway may not cost the people at the console.</summary>
public sealed class RestartTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_signs_nobody_out_and_the_keys_are_for_the_owner_only()
    {
        await using var house = await RunningHouse.StartAsync(households: 60, Stop);
        using var browser = await house.SignInAsync(Stop);
        await house.KillAndRestartAsync(Stop);
        using var page = await browser.GetAsync(new Uri("/refusals", UriKind.Relative), Stop);
        Assert.Equal((HttpStatusCode.OK, "/refusals"), (page.StatusCode, page.RequestMessage!.RequestUri!.AbsolutePath));

        string keys = Path.Combine(house.DataFolder, "cookie-keys");
        var files = Directory.EnumerateFiles(keys).ToList();
        Assert.NotEmpty(files);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
        foreach (string file in files) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_gateway_of_a_demo_ends_when_whoever_started_it_is_gone()
    {
        await using var house = await RunningHouse.StartAsync(households: 60, Stop);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await house.OrphanAsync(patience.Token));
    }
}
