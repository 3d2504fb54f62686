using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Ledger;

/// <summary>Appends that nothing waits for, and so share a commit.</summary>
public sealed class UnhurriedTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_unhurried_append_becomes_durable_by_itself()
    {
        using (var ledger = Open())
        {
            for (int i = 1; i <= 5; i++) Assert.Equal(i, await ledger.AppendUnhurriedAsync(new[] { AnEvent(i) }, Stop));
        }
        using var again = Open();
        Assert.Equal([1, 2, 3, 4, 5], Rows(again).Select(r => r.EndpointNo));
    }

    [Fact]
    public async Task What_is_hurried_goes_first_and_takes_the_others_along()
    {
        using var ledger = Open();
        using var held = new HeldCommits(Stop);
        ledger.Observe(held);
        var first = ledger.AppendAsync(new[] { AnEvent(1) }, Stop).AsTask();
        held.Reached.Wait(Stop);
        var unhurried = Enumerable.Range(10, 5).Select(i => ledger.AppendUnhurriedAsync(new[] { AnEvent(i) }, Stop).AsTask()).ToArray();
        var hurried = ledger.AppendAsync(new[] { AnEvent(2) }, Stop).AsTask();
        held.GoOn.Set();
        Assert.Equal(2, await hurried);
        long[] numbers = await Task.WhenAll([first, .. unhurried]);
        Assert.Equal([1L, 3, 4, 5, 6, 7], numbers);
        Assert.Equal([1, 6], held.Sizes);
    }

    [Fact]
    public async Task Thousands_at_once_lose_and_repeat_nothing_and_share_commits()
    {
        using var ledger = Open();
        using var held = new HeldCommits(Stop);
        held.GoOn.Set();
        ledger.Observe(held);
        await Task.WhenAll(Enumerable.Range(1, 20_000).Select(i => i % 10 == 0 ? ledger.AppendAsync(new[] { AnEvent(i) }, Stop).AsTask() : ledger.AppendUnhurriedAsync(new[] { AnEvent(i) }, Stop).AsTask()));
        Assert.Equal(Enumerable.Range(1, 20_000), Rows(ledger).Select(r => r.EndpointNo).Order());
        Assert.InRange(held.Sizes.Count, 1, 10_000);
    }

    [Fact]
    public async Task What_is_put_off_while_the_ledger_closes_is_durable_or_refused()
    {
        for (int round = 0; round < 20; round++)
        {
            string file = Path.Combine(_folder.Path, $"{round}.db");
            var ledger = SqliteLedger.Open(file);
            var all = Task.Run(async () =>
            {
                var appended = new List<Task<long>>();
                for (int i = 1; i <= 2_000; i++)
                {
                    try
                    {
                        appended.Add(ledger.AppendUnhurriedAsync(new[] { AnEvent(i) }, Stop).AsTask());
                    }
                    catch (LedgerException)
                    {
                        break;
                    }
                }
                return await Task.WhenAll(appended.Select(async t => await t.ContinueWith(static d => d.IsCompletedSuccessfully, Stop, TaskContinuationOptions.None, TaskScheduler.Default)));
            }, Stop);
            await ledger.AppendAsync(new[] { AnEvent(1_000_000) }, Stop);
            ledger.Dispose();
            int durable = (await all).Count(d => d);
            using var again = SqliteLedger.Open(file);
            Assert.Equal(durable + 1, Rows(again).Count);
        }
    }

    [Fact]
    public async Task A_closed_ledger_refuses()
    {
        var ledger = Open();
        await ledger.AppendAsync(new[] { AnEvent(1) }, Stop);
        ledger.Dispose();
        await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendUnhurriedAsync(new[] { AnEvent(3) }, Stop));
    }

    private SqliteLedger Open() => SqliteLedger.Open(Path.Combine(_folder.Path, "ledger.db"));

    private static LedgerEvent AnEvent(int endpoint) => new() { Kind = LedgerEventKind.Started, AtTicks = 638_000_000_000_000_000, DisseminationNo = 1, EndpointNo = endpoint, Channel = 1, Attempt = 1 };

    private static List<LedgerEvent> Rows(SqliteLedger ledger)
    {
        var rows = new List<LedgerEvent>();
        ledger.Read(1, (_, batch) => rows.AddRange(batch));
        return rows;
    }
}
