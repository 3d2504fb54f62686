using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using Microsoft.Extensions.Time.Testing;

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
        foreach (int station in _town.Stations) await RowAsync(no, station, LedgerEventKind.Started);
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        await RowAsync(no, horns[0], LedgerEventKind.Result, (byte)became);
        foreach (int station in _town.Stations) await RowAsync(no, station, LedgerEventKind.Result, (byte)became);
        await _room.TickAsync(Stop);
        Assert.Equal(horns, Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo).Order());
        Assert.Equal(_town.Stations, Took(ChannelKind.Broadcast).Select(t => t.Started.EndpointNo));
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
        var taken = Took(ChannelKind.Loudspeaker);
        Assert.Equal(_town.Horns, taken.Select(t => t.Started.EndpointNo).Order());
        await _ledger.AppendAsync(taken.Select(t => t.Started).ToArray(), Stop);
        await _room.TickAsync(Stop);
        Assert.Equal(0, Set(update, ChannelKind.Loudspeaker, Purpose.Cancel).Of(Outcome.Suppressed));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_of_an_older_ledger_folds_as_it_did()
    {
        int no = await OpenAsync("demo-1");
        await RowAsync(no, _town.Horns[0], LedgerEventKind.Started);
        var before = new CancelRecord(1, "值班员", "test", "误发", FalseAlarm: true);
        byte[] body = ClearedRows.Body(before, DispatchJson.Default.CancelRecord);
        Assert.DoesNotContain("toldToAll", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        await _ledger.AppendAsync(new[] { new LedgerEvent { Kind = LedgerEventKind.Cancelled, AtTicks = Sent.UtcTicks, DisseminationNo = no, Body = body } }, Stop);
        await RowAsync(no, _town.Horns[0], LedgerEventKind.Result, (byte)ResultCode.NotSent);
        Assert.Equal(Outcome.Suppressed, Set(no, ChannelKind.Loudspeaker, Purpose.Cancel).OutcomeOf(0));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_false_alarm_is_corrected_by_the_horns_next_door_and_by_every_transmitter_and_on_nobodys_telephone_there()
    {
        int no = await OpenAsync("demo-1", to: [1, 2, _town.Horns[0], _town.Stations[0]]);
        await RowAsync(no, 1, LedgerEventKind.Started);
        await RowAsync(no, 1, LedgerEventKind.Result, (byte)ResultCode.Accepted);
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        // 丁村 is too far, and the exercise world hears nothing.
        Assert.Equal(_town.Horns[..3], Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo).Order());
        Assert.Equal(_town.Stations, Took(ChannelKind.Broadcast).Select(t => t.Started.EndpointNo).Order());
        Assert.Equal([1], Took(ChannelKind.Sms).Select(t => t.Started.EndpointNo));
        AssertRebuilt();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_medium_that_was_not_used_corrects_nothing_and_an_exercise_is_corrected_where_it_was()
    {
        int no = await OpenAsync("demo-1", to: [1, 2, _town.Horns[0]]);
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        Assert.Empty(Took(ChannelKind.Broadcast));
        var drill = _town.AnAlert(Sent, "drill", to: [HornTown.Exercise]);
        var submission = drill.Proposal.Submission;
        int exercise = await _room.OpenAsync(drill with { Proposal = drill.Proposal with { Submission = submission with { Alert = submission.Alert with { Status = AlertGateway.Cap.AlertStatus.Exercise } } } }, Stop);
        await _room.CancelAsync(exercise, Officer, "误发", falseAlarm: true, Stop);
        Assert.Equal([HornTown.Exercise], Set(exercise, ChannelKind.Loudspeaker, Purpose.Correction).Endpoints);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_false_update_is_corrected_by_the_horns_that_its_older_warning_was_for_though_they_never_sounded()
    {
        int older = await OpenAsync("demo-1", to: [1, 2, .. _town.Horns]);
        int update = await OpenAsync("demo-2", older, to: [1, 2, _town.Horns[0]]);
        await _room.CancelAsync(update, Officer, "误发", falseAlarm: true, Stop);
        Assert.Equal(_town.Horns, Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo).Order());
        AssertRebuilt();
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_an_update_stands_the_false_warning_before_it_is_corrected_nowhere_else()
    {
        int older = await OpenAsync("demo-1", to: [1, 2, _town.Horns[0]]);
        await RowAsync(older, _town.Horns[0], LedgerEventKind.Started);
        await RowAsync(older, _town.Horns[0], LedgerEventKind.Result, (byte)ResultCode.Accepted);
        int update = await OpenAsync("demo-2", older, to: [1, 2]);
        await _room.CancelAsync(older, Officer, "误发", falseAlarm: true, Stop);
        Assert.Equal([_town.Horns[0]], Took(ChannelKind.Loudspeaker).Select(t => t.Started.EndpointNo));
        Assert.Null(_room.States.First(s => s.DisseminationNo == older).Set(ChannelKind.Loudspeaker, Purpose.Correction));
        Assert.Equal(DisseminationState.Running, _room.Find(update)!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_household_that_knows_by_a_visit_is_told_on_its_telephones_though_nothing_had_gone_there()
    {
        int no = await OpenAsync("demo-1", to: [1, 2, 3, 4, 5, 6]);
        await RowAsync(no, 1, LedgerEventKind.Started);
        await RowAsync(no, 1, LedgerEventKind.Result, (byte)ResultCode.Accepted);
        Assert.True(await _room.VisitAsync(no, 3, Evidence.Visited, Officer, Stop));
        Assert.True(await _room.VisitAsync(no, 2, Evidence.Acknowledged, Officer, Stop));
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        // The first household is told by its cancel, the third knows nothing.
        Assert.Equal([(1, Purpose.Cancel), (3, Purpose.Correction), (4, Purpose.Correction)], Took(ChannelKind.Sms).Select(t => (t.Started.EndpointNo, (Purpose)t.Started.Purpose)).Order());
        Assert.Empty(_room.ToBeToldAtTheDoor(no));
        AssertRebuilt();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_household_that_knows_and_that_no_message_reaches_is_told_at_the_door()
    {
        int no = await _room.OpenAsync(_town.AnAlert(Sent, to: [1, 9], households: [1, 2, 3]), Stop);
        await RowAsync(no, 1, LedgerEventKind.Started);
        await RowAsync(no, 1, LedgerEventKind.Result, (byte)ResultCode.Accepted);
        Assert.True(await _room.VisitAsync(no, 3, Evidence.Visited, Officer, Stop));
        Assert.Empty(_room.ToBeToldAtTheDoor(no));
        await _room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        Assert.Equal([2], Door(_room, no));
        await RowAsync(no, 1, LedgerEventKind.Started, purpose: Purpose.Cancel);
        await RowAsync(no, 1, LedgerEventKind.Result, (byte)ResultCode.Refused, Purpose.Cancel);
        Assert.Equal([1, 2], Door(_room, no));
        Assert.True(await _room.VisitAsync(no, 4, Evidence.Visited, Officer, Stop));
        Assert.Equal([1], Door(_room, no));
        var rebuilt = NewRoom();
        _ledger.Read(1, rebuilt.OnCommitted);
        Assert.Equal([1], Door(rebuilt, no));
        var saved = new SnapshotWriter();
        rebuilt.Save(no, saved);
        var loaded = NewRoom();
        loaded.TakeUp(Dissemination.Load(saved.Written.ToArray(), _town.Registry));
        Assert.Equal([1], Door(loaded, no));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_merely_lifted_sends_nobody_to_a_door()
    {
        int no = await _room.OpenAsync(_town.AnAlert(Sent, to: [1, 3], households: [1, 2]), Stop);
        Assert.True(await _room.VisitAsync(no, 3, Evidence.Visited, Officer, Stop));
        await _room.CancelAsync(no, Officer, "解除", falseAlarm: false, Stop);
        Assert.Empty(Took(ChannelKind.Sms));
        Assert.Empty(_room.ToBeToldAtTheDoor(no));
    }

    private static int[] Door(DisseminationRoom room, int no) => [.. room.ToBeToldAtTheDoor(no).Select(h => h.HouseholdNo)];

    /// <summary>From the ledger alone the same sets come out.</summary>
    private void AssertRebuilt()
    {
        var rebuilt = NewRoom();
        _ledger.Read(1, rebuilt.OnCommitted);
        Assert.Equal(Sets(_room), Sets(rebuilt));
    }

    private static string[] Sets(DisseminationRoom room) => [.. room.States.SelectMany(s => s.Sets.Select(d => $"{s.DisseminationNo} {d.Channel} {d.Purpose} {string.Join(',', d.Endpoints)}"))];

    private TakenDelivery[] Took(ChannelKind channel)
    {
        var batch = new TakenDelivery[64];
        return batch[.._room.Take(channel, batch, new TakeLimits(64, 64, 64))];
    }

    private Task<int> OpenAsync(string identifier, int takesOver = 0, int[]? to = null) => _room.OpenAsync(_town.AnAlert(Sent, identifier, takesOver, to), Stop);

    private async Task RowAsync(int no, int endpoint, LedgerEventKind kind, byte code = 0, Purpose purpose = Purpose.Original) =>
        await _ledger.AppendAsync(new[] { new LedgerEvent { Kind = kind, AtTicks = Sent.UtcTicks, DisseminationNo = no, EndpointNo = endpoint, Channel = _town.Registry.EndpointChannel[endpoint], Purpose = (byte)purpose, Attempt = 1, Code = code } }, Stop);

    private DeliverySet Set(int no, ChannelKind channel, Purpose purpose) => _room.States.First(s => s.DisseminationNo == no).Set(channel, purpose)!;

    private DisseminationRoom NewRoom() => new(_ledger, _town.Registry, new FakeTimeProvider(Sent), _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
}
