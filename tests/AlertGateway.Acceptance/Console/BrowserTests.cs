using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace AlertGateway.Acceptance.Console;

/// <summary>The console in headless Chromium. Skipped, visibly, where there is none.</summary>
public sealed class BrowserTests
{
    private const string Chromium = "/usr/bin/chromium";

    private static void NeedChromium() => Assert.SkipUnless(File.Exists(Chromium), $"Chromium is not installed at {Chromium}.");

    [Fact]
    public async Task Two_people_release_a_live_warning_and_one_takes_it_back_in_two_interactions()
    {
        NeedChromium();
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Desk.Lay(AlertStatus.Actual);
        await using var browser = await Browser.StartAsync(fixture);
        var wang = await browser.SignInAsync("token-wang");
        await wang.GotoAsync("/live/proposals/1");
        await wang.FillAsync("#phrase", "演练 红色 溧阳"); // the exercise's words do not release a live one
        await wang.ClickAsync(".decide button.main");
        Assert.Contains("没有签署", await wang.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await wang.FillAsync("#phrase", "红色 溧阳");
        await wang.ClickAsync(".decide button.main");
        Assert.Equal(ProposalState.Proposed, fixture.Desk.FindProposal(1)!.State);
        Assert.Equal(0, await wang.Locator("#phrase").CountAsync()); // the proposer is not asked to approve

        var li = await browser.SignInAsync("token-li");
        await li.GotoAsync("/live/proposals/1");
        await li.FillAsync("#phrase", "红色溧阳");
        await li.ClickAsync(".decide button.main");
        Assert.EndsWith("/live/1?note=cleared", li.Url, StringComparison.Ordinal);

        fixture.Board.Lift(1, 0, 50);
        await li.ClickAsync(".take-back a");
        Assert.Contains(Wording(fixture.Board.Find(1)!.Started), await li.InnerTextAsync(".figures .strong dd"), StringComparison.Ordinal);
        await li.ClickAsync("button[value=false-alarm]");
        Assert.True(Assert.Single(fixture.Desk.Cancels).FalseAlarm);
        Assert.Equal(DisseminationState.Cancelled, fixture.Board.Find(1)!.State);
        browser.AssertQuiet();
    }

    [Fact]
    public async Task The_board_follows_without_a_reload_and_map_and_table_say_the_same()
    {
        NeedChromium();
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        await using var browser = await Browser.StartAsync(fixture);
        var page = await browser.SignInAsync("token-wang");
        await page.GotoAsync("/live/1");
        string code = fixture.Board.Villages[5].Code;
        for (int i = 0; i < 60; i++) fixture.Board.Lift(1, 5, 60);
        await page.WaitForFunctionAsync("code => document.querySelector(`[data-dot=\"${code}\"]`).getAttribute('href') === '#s5'", code);
        Assert.Equal("已确认", (await page.Locator($"tr[data-place='{code}'] [data-half-text]").TextContentAsync())!.Trim());
        Assert.Equal(Wording(fixture.Board.Coverage(1)!.ByEvidence[5]), (await page.Locator("[data-grade='5']").TextContentAsync())!.Trim());
        browser.AssertQuiet();
    }

    [Fact]
    public async Task A_door_knock_is_recorded_from_the_list()
    {
        NeedChromium();
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        await using var browser = await Browser.StartAsync(fixture, width: 320);
        var page = await browser.SignInAsync("token-zhao");
        await page.GotoAsync($"/live/1/unreached?village={fixture.Board.Villages[0].Code}");
        await page.Locator("button[value=Visited]").First.ClickAsync();
        var visit = Assert.Single(fixture.Board.Visits);
        Assert.Equal((Core.Evidence.Visited, "赵网格"), (visit.Level, visit.By.Name));
        browser.AssertQuiet();
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(320, ColorScheme.Light)]
    public async Task No_page_has_a_barrier_that_axe_finds_nor_scrolls_sideways_nor_logs_an_error(int width, ColorScheme scheme)
    {
        NeedChromium();
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Desk.Lay(AlertStatus.Actual);
        fixture.Desk.Lay(AlertStatus.Exercise, WarningColour.Orange);
        fixture.Desk.Lay(AlertStatus.Actual, WarningColour.Yellow, holds: Oversized);
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        fixture.Board.Open(2, 2, "演练", AlertStatus.Exercise, WarningColour.Orange);
        await using var browser = await Browser.StartAsync(fixture, width, scheme);
        var page = await browser.SignInAsync("token-wang");
        foreach (string path in (string[])["/", "/live/proposals/1", "/exercise/proposals/2", "/live/proposals/3", "/live/1", "/exercise/2", "/live/1/unreached", "/live/1/cancel", "/health", "/refusals"])
        {
            await page.GotoAsync(path);
            var found = await page.RunAxe();
            Assert.True(found.Violations.Length == 0, path + ": " + string.Join("; ", found.Violations.Select(v => $"{v.Id} {v.Nodes[0].Html}")));
            int wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(wide <= width, $"{path} is {wide} px wide");
            if (path.StartsWith("/exercise", StringComparison.Ordinal))
            {
                Assert.Contains("EXERCISE", await page.InnerTextAsync("header"), StringComparison.Ordinal);
                Assert.StartsWith("【演练】", await page.TitleAsync(), StringComparison.Ordinal);
            }
        }

        browser.AssertQuiet();
    }

    private static readonly Core.Ingest.HoldReason Oversized = new("area.oversized", "区域超过管辖范围的120%。", "The area is over 120 % of the jurisdiction.");

    private static string Wording(int n) => Server.Web.Wording.Number(n);


    /// <summary>One Chromium that remembers what pages complained about.</summary>
    private sealed class Browser(IPlaywright playwright, IBrowser chromium, ConsoleFixture fixture, int width, ColorScheme scheme) : IAsyncDisposable
    {
        private readonly List<string> _complaints = [];

        public static async Task<Browser> StartAsync(ConsoleFixture fixture, int width = 1280, ColorScheme scheme = ColorScheme.Light)
        {
            var playwright = await Playwright.CreateAsync();
            var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
            return new Browser(playwright, chromium, fixture, width, scheme);
        }

        public async Task<IPage> SignInAsync(string token)
        {
            var context = await chromium.NewContextAsync(new() { BaseURL = fixture.Address.ToString(), ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
            var page = await context.NewPageAsync();
            page.Console += (_, m) =>
            {
                // The refusals that a test provokes are answers, not faults; Chromium logs their status all the same.
                if (m.Type is "error" or "warning" && !m.Text.Contains("status of 400", StringComparison.Ordinal)) _complaints.Add($"{page.Url}: {m.Text}");
            };
            page.PageError += (_, m) => _complaints.Add($"{page.Url}: {m}");
            await page.GotoAsync("/sign-in");
            await page.FillAsync("#token", token);
            await page.ClickAsync("button.main");
            await page.WaitForURLAsync(fixture.Address.ToString());
            return page;
        }

        public void AssertQuiet() => Assert.Empty(_complaints);

        public async ValueTask DisposeAsync()
        {
            await chromium.DisposeAsync();
            playwright.Dispose();
        }
    }
}
