using System.Text;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Tracking;

/// <summary>A knock at the door ends the search for a household: who may say that there was one is a rule's to say, for that village and that kind of message.</summary>
public sealed class FieldReportsTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 26, 2, 0, 0, TimeSpan.Zero);
    private static readonly AuthorityMatrix Authority = AuthorityMatrix.Parse("""
        { "rows": [
            { "name": "wardens-of-one", "role": "warden", "areas": ["320481106001"], "events": ["*"], "maxColour": "blue", "statuses": ["Actual"], "may": ["recordReach"] },
            { "name": "drills", "role": "drill-warden", "areas": ["*"], "events": ["*"], "maxColour": "red", "statuses": ["Exercise"], "may": ["recordReach"] },
            { "name": "desk", "role": "duty-officer", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["propose", "approve", "cancel"] } ] }
        """u8);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("warden", "320481106001", "Actual", "wardens-of-one")]
    [InlineData("warden", "320481106002", "Actual", null)]
    [InlineData("warden", "320481106001", "Exercise", null)]
    [InlineData("drill-warden", "320481106002", "Exercise", "drills")]
    [InlineData("drill-warden", "320481106002", "Actual", null)]
    [InlineData("duty-officer", "320481106001", "Actual", null)]
    [InlineData("stranger", "320481106001", "Actual", null)]
    public void A_rule_names_the_role_the_village_and_the_status(string role, string village, string status, string? rule) => Assert.Equal(rule, Authority.AllowsRecordingReach(role, village, status));

    [Fact]
    public async Task A_knock_is_on_record_under_the_rule_and_one_without_a_rule_changes_nothing()
    {
        using var folder = new TempFolder();
        using var ledger = SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"));
        var clock = new FakeTimeProvider(Start);
        var town = Makers.ATown(2);
        var room = new DisseminationRoom(ledger, town, clock, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        ledger.Observe(room);
        int no = await room.OpenAsync(Makers.ARedAlert(town, Start), Stop);
        var field = new FieldReports(room, Authority, town.VillageCodeOf, ledger, clock);
        var view = room.Find(no)!;
        // Household 2 with persons 3 and 4 lives in 甲村, household 1 in 乙村.
        Assert.True(field.MayRecord(view, "320481106001", ["stranger", "warden"]));
        Assert.Null(await field.VisitAsync(view, 3, Evidence.Visited, 7, "赵网格", ["stranger", "warden"], Stop));
        Assert.Equal("authority.missing", (await field.VisitAsync(view, 1, Evidence.Visited, 7, "赵网格", ["warden"], Stop))?.Code);
        Assert.Equal("authority.missing", (await field.VisitAsync(view, 3, Evidence.Visited, 8, "某人", [], Stop))?.Code);
        Assert.Equal("authority.missing", (await field.EvacuatedAsync(view, "320481106002", true, 7, "赵网格", ["warden"], Stop))?.Code);
        Assert.Equal("visit.unknown-person", (await field.VisitAsync(view, 99, Evidence.Visited, 7, "赵网格", ["warden"], Stop))?.Code);
        Assert.Equal("evacuation.unknown", (await field.EvacuatedAsync(view, "320481106001", true, 7, "赵网格", ["warden"], Stop))?.Code); // its loudspeakers do not wait for that
        Assert.Equal([1, 0, 0, 0, 0, 0, 1], room.Coverage(no)!.ByEvidence);
        var rows = new List<LedgerEvent>();
        ledger.Read(1, (_, events) => rows.AddRange(events.ToArray()));
        var visit = Assert.Single(rows, r => r.Kind == LedgerEventKind.Visited);
        Assert.Contains("\"rule\":\"wardens-of-one\"", Encoding.UTF8.GetString(visit.Body.Span), StringComparison.Ordinal);
        Assert.Equal(3, rows.Count(r => r.Kind == LedgerEventKind.Refused));
    }
}
