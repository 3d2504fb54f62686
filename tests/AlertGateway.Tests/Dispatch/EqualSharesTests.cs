using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using CsCheck;
using AlertGateway.Tests.Approval;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Several warnings at once over one lane.</summary>
public sealed class EqualSharesTests
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly RegistrySnapshot Town = Makers.ATown(50); // 100 telephones
    private readonly FakeTimeProvider _clock = new(Sent);
    private readonly MemoryLedger _ledger = new();
    private readonly DisseminationRoom _room;

    public EqualSharesTests()
    {
        _room = new DisseminationRoom(_ledger, Town, _clock, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        _ledger.Observe(_room);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_older_warnings_danger_zone_does_not_wait_for_a_newer_ones_city()
    {
        int older = await OpenAsync("older"), newer = await OpenAsync("newer");
        var taken = Take(30);
        Assert.Equal((15, 15), (taken.Count(t => t.DisseminationNo == older), taken.Count(t => t.DisseminationNo == newer)));
        foreach (int no in new[] { older, newer }) Assert.Equal(Enumerable.Range(1, 15), taken.Where(t => t.DisseminationNo == no).Select(t => t.EndpointNo));
    }

    [Fact]
    public async Task What_one_leaves_the_others_have()
    {
        int older = await OpenAsync("older");
        Take(95);
        int newer = await OpenAsync("newer");
        var taken = Take(30);
        Assert.Equal((5, 25), (taken.Count(t => t.DisseminationNo == older), taken.Count(t => t.DisseminationNo == newer)));
    }

    [Fact]
    public async Task One_place_at_a_time_goes_around()
    {
        int[] nos = [await OpenAsync("a"), await OpenAsync("b"), await OpenAsync("c")];
        var taken = Enumerable.Range(0, 30).Select(_ => Assert.Single(Take(1)).DisseminationNo).ToArray();
        Assert.All(nos, no => Assert.Equal(10, taken.Count(t => t == no)));
        Assert.All(taken.Chunk(3), three => Assert.Equal(3, three.Distinct().Count()));
    }

    [Theory]
    [InlineData(WarningColour.Red, WarningColour.Orange)]
    [InlineData(WarningColour.Orange, WarningColour.Yellow)]
    public async Task A_higher_colour_comes_before_all_of_a_lower_one(WarningColour high, WarningColour low)
    {
        int first = await OpenAsync("first", high);
        await OpenAsync("later", low);
        Assert.All(Take(40), t => Assert.Equal(first, t.DisseminationNo));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_earthquake_shares_with_nobody(bool first)
    {
        if (!first) await OpenAsync("flood");
        int quake = await OpenAsync(Quake("quake"));
        if (first) await OpenAsync("flood");
        Assert.All(Take(40), t => Assert.Equal(quake, t.DisseminationNo));
    }

    [Fact]
    public async Task The_drill_of_an_earthquake_takes_nothing_from_a_flood()
    {
        int flood = await OpenAsync("flood");
        var quake = Quake("drill");
        int drill = await OpenAsync(quake with { Proposal = quake.Proposal with { Submission = quake.Proposal.Submission with { Alert = quake.Proposal.Submission.Alert with { Status = AlertStatus.Exercise } } } });
        var taken = Take(40);
        Assert.Equal((20, 20), (taken.Count(t => t.DisseminationNo == flood), taken.Count(t => t.DisseminationNo == drill)));
    }

    [Fact]
    public async Task Of_two_earthquakes_the_newer_one_goes_first()
    {
        int older = await OpenAsync(Quake("older")), newer = await OpenAsync(Quake("newer"));
        Assert.All(Take(40), t => Assert.Equal(newer, t.DisseminationNo));
        Assert.Equal((60, 20), (Take(60).Count(t => t.DisseminationNo == newer), Take(20).Count(t => t.DisseminationNo == older)));
    }

    [Fact]
    public void However_many_there_are_each_has_as_much_as_any_other_once_everybodys_turn_has_come()
    {
        Gen.Select(Gen.Int[2, 90], Gen.Int[1, 10]).Sample(
            (alerts, places) =>
            {
                var (ledger, town) = (new MemoryLedger(), Makers.ATown(5));
                var room = new DisseminationRoom(ledger, town, _clock, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
                ledger.Observe(room);
                for (int i = 0; i < alerts; i++) room.OpenAsync(Makers.ARedAlert(town, Sent, "n" + i), Stop).GetAwaiter().GetResult();
                var taken = Enumerable.Range(0, alerts).SelectMany(_ => Take(room, places)).ToArray();
                Assert.Equal(alerts * places, taken.Select(t => (t.DisseminationNo, t.EndpointNo)).Distinct().Count());
                Assert.All(taken.GroupBy(t => t.DisseminationNo), g => Assert.Equal(Enumerable.Range(1, places), g.Select(t => t.EndpointNo)));
                Assert.Equal((alerts * 10) - taken.Length, Take(room, alerts * 10).Length); // and what is left goes out whole
            },
            iter: 40, threads: 1);
    }

    private static ClearedAlert Quake(string identifier)
    {
        var cleared = Makers.ARedAlert(Town, Sent, identifier);
        return cleared with { Proposal = cleared.Proposal with { Audience = cleared.Proposal.Audience.Until([Sent.AddSeconds(9).UtcTicks, Sent.AddSeconds(9).UtcTicks]) } };
    }

    private Task<int> OpenAsync(ClearedAlert alert) => _room.OpenAsync(alert, Stop);

    private Task<int> OpenAsync(string identifier, WarningColour colour = WarningColour.Red) => _room.OpenAsync(Makers.ARedAlert(Town, Sent, identifier, colour: colour), Stop);

    private LedgerEvent[] Take(int places) => Take(_room, places);

    private static LedgerEvent[] Take(DisseminationRoom room, int places)
    {
        var batch = new TakenDelivery[places];
        return [.. batch[..room.Take(ChannelKind.Sms, batch, new TakeLimits(places, places, places))].Select(t => t.Started)];
    }
}
