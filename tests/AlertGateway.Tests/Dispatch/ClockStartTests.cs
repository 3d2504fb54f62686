using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Feeds.Chaos;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>What a start knows of the time before it, and how a person ends the doubt.</summary>
public sealed class ClockStartTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 26, 2, 0, 0, TimeSpan.Zero);
    private static readonly AuthorityMatrix Authority = AuthorityMatrix.Parse("""
        { "rows": [
            { "name": "editor", "role": "editor", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["propose", "approve", "cancel"] },
            { "name": "clock-keeper", "role": "duty-officer", "areas": ["320481"], "events": ["*"], "maxColour": "blue", "statuses": ["Actual"], "may": ["trustClock"] } ] }
        """u8);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_next_process_of_a_boot_goes_on_as_the_one_before_reckoned()
    {
        var time = new FakeTimeProvider(Start);
        var host = new SteppedClock(time);
        string line = ClockLine.Write(new ClockWatch(host), "boot-1");
        time.Advance(TimeSpan.FromMinutes(3));
        host.Step(TimeSpan.FromHours(-2));
        var next = new ClockWatch(host);
        Assert.Equal(Start.AddMinutes(3).UtcTicks, ClockLine.Read(line + "\n", next, "boot-1"));
        Assert.Null(ClockLine.Read(line, next, "boot-2"));
        Assert.Null(ClockLine.Read("", next, "boot-1"));
        Assert.Null(ClockLine.Read("agw-clock 2" + line["agw-clock 1".Length..], next, "boot-1"));
        Assert.Null(ClockLine.Read(line[..^3] + "x", next, "boot-1"));
        Assert.Null(ClockLine.Read(line, new ClockWatch(new FakeTimeProvider(Start.AddHours(-1))), "boot-1")); // its monotonic clock has begun anew
    }

    [Fact]
    public async Task The_newest_row_that_is_no_receipt_says_how_late_it_was()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db");
        using var ledger = SqliteLedger.Open(path);
        Assert.Equal(0, LedgerTime.NewestTicks(path));
        var row = new LedgerEvent { Kind = LedgerEventKind.Started, AtTicks = Start.UtcTicks, DisseminationNo = 1, EndpointNo = 1 };
        await ledger.AppendAsync(new[] { row, row with { Kind = LedgerEventKind.Receipt, AtTicks = Start.AddYears(5).UtcTicks } }, Stop);
        Assert.Equal(Start.UtcTicks, LedgerTime.NewestTicks(path));
    }

    [Fact]
    public async Task A_person_ends_the_doubt_and_is_on_record()
    {
        var host = new SteppedClock(new FakeTimeProvider(Start));
        var watch = new ClockWatch(host);
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db");
        var rows = new List<LedgerEvent>();
        using (var ledger = SqliteLedger.Open(path))
        {
            var trust = new ClockTrust(ledger, watch, Authority);
            Assert.Equal("clock.agrees", (await trust.BelieveWallAsync(7, "王", ["duty-officer"], Stop))!.Code);
            host.Step(TimeSpan.FromDays(-400));
            watch.Look();
            Assert.False(trust.MayEnd(["editor"]));
            Assert.Equal("authority.missing", (await trust.BelieveWallAsync(8, "参观者", ["editor"], Stop))!.Code);
            Assert.True(watch.InDoubt);
            Assert.Null(await trust.BelieveWallAsync(7, "王", ["duty-officer"], Stop));
            ledger.Read(1, (_, batch) => rows.AddRange(batch.ToArray()));
        }
        Assert.False(watch.InDoubt);
        Assert.Equal(Start.AddDays(-400), watch.GetUtcNow());
        Assert.Equal([LedgerEventKind.Refused, LedgerEventKind.ClockTrusted], rows.Select(r => r.Kind));
        var row = rows[^1];
        Assert.Equal((LedgerEventKind.ClockTrusted, Start.AddDays(-400).UtcTicks, Start.UtcTicks), (row.Kind, row.AtTicks, row.Number));
        Assert.Equal("""{"personId":7,"personName":"\u738B","rule":"clock-keeper"}""", System.Text.Encoding.UTF8.GetString(row.Body.Span));
        var report = AuditVerifier.Verify(path, await File.ReadAllTextAsync(Path.Combine(folder.Path, "audit.key.pub"), Stop), null, tailMayBeOpen: false);
        Assert.Empty(report.Findings);
        Assert.Equal(4, report.Entries); // refusal and decision have an entry each, beside those of their commits
        Assert.Equal(Start.AddDays(-400).UtcTicks, LedgerTime.NewestTicks(path));
    }
}
