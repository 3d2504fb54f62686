using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>A false alarm is taken back: who hears that there was nothing.</summary>
public sealed class CorrectionTests : IDisposable
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly Actor Officer = new(1, "值班员", "test");
    private readonly TempFolder _folder = new();
    private readonly SqliteLedger _ledger;
    private readonly HornTown _town = new();
    private readonly DisseminationRoom _room;

    public CorrectionTests()
    {
        _ledger = SqliteLedger.Open(Path.Combine(_folder.Path, "ledger.db"));
        _room = NewRoom();
        _ledger.Observe(_room);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ledger.Dispose();
        _folder.Dispose();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ResultCode.NotSent)]
    [InlineData(ResultCode.RetryLater)]
    [InlineData(ResultCode.Refused)]
    [InlineData(ResultCode.Unreachable)]
    [InlineData(ResultCode.Accepted)]
    public async Task A_horn_that_was_on_the_wire_says_once_that_there_was_nothing_whatever_became_of_it(ResultCode became)
    {
        int no = await OpenAsync("demo-1");
        int[] horns = _town.Horns;
        await RowAsync(no, horns[0], LedgerEventKind.Started);
        await RowAsync(no, _town.Station, LedgerEventKind.Started);
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        await RowAsync(no, horns[0], LedgerEventKind.Result, (byte)became);
        await RowAsync(no, _town.Station, LedgerEventKind.Result, (byte)became);
        await _room.TickAsync(Stop);
        Assert.Equal(horns, Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo).Order());
        Assert.Equal([_town.Station], Took(ChannelKind.Broadcast).Select(t => t.Started.EndpointNo));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_merely_lifted_is_taken_back_only_from_horns_that_may_have_it()
    {
        int no = await OpenAsync("demo-1");
        foreach (int horn in _town.Horns[..2]) await RowAsync(no, horn, LedgerEventKind.Started);
        await _room.CancelAsync(no, Officer, "解除", falseAlarm: false, Stop);
        await RowAsync(no, _town.Horns[0], LedgerEventKind.Result, (byte)ResultCode.NotSent);
        await RowAsync(no, _town.Horns[1], LedgerEventKind.Result, (byte)ResultCode.Accepted);
        Assert.Equal([_town.Horns[1]], Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_telephone_that_was_on_the_wire_and_took_nothing_is_still_told_nothing()
    {
        int no = await OpenAsync("demo-1");
        await RowAsync(no, 1, LedgerEventKind.Started);
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        await RowAsync(no, 1, LedgerEventKind.Result, (byte)ResultCode.NotSent);
        Assert.Empty(Took(ChannelKind.Sms));
        Assert.Equal(Outcome.Suppressed, Set(no, ChannelKind.Sms, Purpose.Cancel).OutcomeOf(0));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_horn_on_which_the_older_warning_was_not_taken_hears_that_its_update_was_nothing()
    {
        int older = await OpenAsync("demo-1");
        foreach (int horn in _town.Horns) await RowAsync(older, horn, LedgerEventKind.Started);
        int update = await OpenAsync("demo-2", takesOver: older);
        await _room.CancelAsync(update, Officer, "误发", falseAlarm: true, Stop);
        foreach (int horn in _town.Horns) await RowAsync(older, horn, LedgerEventKind.Result, (byte)ResultCode.NotSent);
        Assert.Equal(_town.Horns, Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo).Order());
        await _room.TickAsync(Stop);
        Assert.Equal(_town.Horns.Length, Set(update, ChannelKind.Loudspeaker, Purpose.Cancel).Of(Outcome.InFlight));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_of_an_older_ledger_folds_as_it_did()
    {
        int no = await OpenAsync("demo-1");
        await RowAsync(no, _town.Horns[0], LedgerEventKind.Started);
        var before = new CancelRecord(1, "值班员", "test", "误发", FalseAlarm: true);
        string json = System.Text.Encoding.UTF8.GetString(ClearedRows.Body(before, DispatchJson.Default.CancelRecord)).Replace(",\"toldToAll\":false", "", StringComparison.Ordinal);
        Assert.DoesNotContain("toldToAll", json, StringComparison.Ordinal);
        await _ledger.AppendAsync(new[] { new LedgerEvent { Kind = LedgerEventKind.Cancelled, AtTicks = Sent.UtcTicks, DisseminationNo = no, Body = System.Text.Encoding.UTF8.GetBytes(json) } }, Stop);
        await RowAsync(no, _town.Horns[0], LedgerEventKind.Result, (byte)ResultCode.NotSent);
        Assert.Equal(Outcome.Suppressed, Set(no, ChannelKind.Loudspeaker, Purpose.Cancel).OutcomeOf(0));
    }

    private TakenDelivery[] Took(ChannelKind channel)
    {
        var batch = new TakenDelivery[64];
        return batch[.._room.Take(channel, batch, new TakeLimits(64, 64, 64))];
    }

    private Task<int> OpenAsync(string identifier, int takesOver = 0) => _room.OpenAsync(_town.AnAlert(Sent, identifier, takesOver), Stop);

    private async Task RowAsync(int no, int endpoint, LedgerEventKind kind, byte code = 0) =>
        await _ledger.AppendAsync(new[] { new LedgerEvent { Kind = kind, AtTicks = Sent.UtcTicks, DisseminationNo = no, EndpointNo = endpoint, Channel = _town.Registry.EndpointChannel[endpoint], Attempt = 1, Code = code } }, Stop);

    private DeliverySet Set(int no, ChannelKind channel, Purpose purpose) => _room.States.First(s => s.DisseminationNo == no).Set(channel, purpose)!;

    private DisseminationRoom NewRoom() => new(_ledger, _town.Registry, TimeProvider.System, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
}
