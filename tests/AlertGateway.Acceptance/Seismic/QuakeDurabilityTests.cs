using AlertGateway.Cap;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Approval;

namespace AlertGateway.Acceptance.Seismic;

/// <summary>What was said is known once it is durable, and said once.</summary>
public sealed class QuakeDurabilityTests
{
    [Fact]
    public async Task A_later_report_that_leaves_nobody_time_is_advice_once()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin);
        await world.PassAsync(TimeSpan.FromSeconds(30)); // it has come everywhere
        await world.TakeAsync(2, origin, magnitude: 7.3);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal([false, true], world.Opened.Select(QuakeWorld.IsAdvice));
    }

    [Fact]
    public async Task What_the_disk_refused_is_taken_up_by_the_next_equal_report()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        world.Desk.Ledger.Broken = true;
        await Assert.ThrowsAsync<LedgerException>(() => world.TakeAsync(1, origin));
        world.Desk.Ledger.Broken = false;
        await world.TakeAsync(1, origin);
        Assert.Equal(MsgType.Alert, Assert.Single(world.Opened).MsgType);
        Assert.Empty(world.Opened[0].References);
        await world.TakeAsync(2, origin);
        Assert.Single(world.Opened);

        world.Desk.Ledger.Broken = true;
        await Assert.ThrowsAsync<LedgerException>(() => world.TakeAsync(3, origin, cancel: true));
        world.Desk.Ledger.Broken = false;
        await world.TakeAsync(3, origin, cancel: true);
        Assert.Single(world.Desk.Dispatch.Cancelled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_taken_in_and_went_no_further_goes_out_with_the_next_report(bool inStock)
    {
        using var world = new QuakeWorld(inStock);
        var origin = world.Now;
        await world.TakeAsync(1, origin, magnitude: 6.0);
        var full = new FullAfterTaking(world.Desk.Ledger);
        world.Desk.Ledger.Observe(full);
        full.Armed = true;
        await Assert.ThrowsAsync<LedgerException>(() => world.TakeAsync(2, origin, magnitude: 6.9));
        (full.Armed, world.Desk.Ledger.Broken) = (false, false);
        Assert.Single(world.Opened);
        await world.TakeAsync(3, origin, magnitude: 6.9);
        Assert.Equal(2, world.Opened.Count);
        Assert.Contains((1, 2), world.Desk.Dispatch.Superseded);
    }

    [Fact]
    public async Task Advice_that_the_disk_refused_goes_out_later()
    {
        using var world = new QuakeWorld();
        await world.TakeAsync(1, world.Now);
        world.Desk.Ledger.Broken = true;
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Single(world.Opened);
        world.Desk.Ledger.Broken = false;
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([false, true], world.Opened.Select(QuakeWorld.IsAdvice));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(2, world.Opened.Count);
    }

    /// <summary>A disk that is full as soon as a message was taken in.</summary>
    private sealed class FullAfterTaking(MemoryLedger ledger) : ICommitObserver
    {
        public bool Armed { get; set; }

        public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
        {
            foreach (var e in events) ledger.Broken |= Armed && e.Kind == LedgerEventKind.Submitted;
        }
    }
}
