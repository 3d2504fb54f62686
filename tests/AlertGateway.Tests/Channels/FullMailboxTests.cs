using System.Text;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Channels.Push;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Channels;

/// <summary>What is bounded sheds the least severe first and never a cancel (I11): an app's mailbox and the open orders of a station.</summary>
public sealed class FullMailboxTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
    private readonly OrderKey _key = new([.. Enumerable.Range(40, 32).Select(i => (byte)i)]);
    private readonly List<int> _sent = [];
    private readonly ResidentDevice _device = new();
    private readonly BroadcastStationDesk _desk;
    private long _serial;
    private int _connections;

    public FullMailboxTests()
    {
        _desk = new BroadcastStationDesk(_clock, TimeSpan.FromSeconds(45));
        Reconnect();
    }

    private long Now => _clock.GetUtcNow().UtcTicks;

    /// <summary>The app comes back with nothing stored; which disseminations it is sent again.</summary>
    private int[] Reconnect()
    {
        string id = $"c{++_connections}";
        _sent.Clear();
        _device.Connected(new ResidentConnection(id, Take, static () => { }, _clock));
        Assert.True(_device.Hello(id, 0, Now));
        return [.. _sent];
    }

    private Task Take(PushMessage message)
    {
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(message.Utf8));
        Assert.True(DeliveryTag.TryParse(json.RootElement.GetProperty("tag").GetString()!, out var tag));
        _sent.Add(tag.Key.DisseminationNo);
        return Task.CompletedTask;
    }

    private OutgoingDelivery ADelivery(ChannelKind channel, int no, WarningColour colour, Purpose purpose, ISendGate? gate)
    {
        string text = channel == ChannelKind.Push ? """{"purpose":"original","title":"暴雨"}""" : "暴雨。";
        var rendition = Make.ARendition(channel, text, purpose: purpose, programme: channel == ChannelKind.Broadcast ? new string('b', 64) : null) with { Colour = colour };
        return Make.ADelivery(rendition, 9001, default, _clock.GetUtcNow(), gate, disseminationNo: no);
    }

    private DispatchOutcome Push(int no, WarningColour colour, Purpose purpose = Purpose.Original, ISendGate? gate = null)
    {
        var delivery = ADelivery(ChannelKind.Push, no, colour, purpose, gate);
        return _device.Send(delivery, PushPayload.Of(delivery.Rendition), () => ++_serial);
    }

    private (BroadcastOrder Order, bool Posted) Post(int no, WarningColour colour, Purpose purpose = Purpose.Original, ISendGate? gate = null)
    {
        var order = BroadcastOrder.Make(ADelivery(ChannelKind.Broadcast, no, colour, purpose, gate), ++_serial, new ColourPlay(), _key);
        return (order, _desk.Post(order));
    }

    private static async Task<DispatchOutcome> AnswerOf(BroadcastOrder order)
    {
        Assert.True(order.Answer.IsCompleted, "Whoever waits for the order is not told.");
        return await order.Answer;
    }

    private int[] Open() => [.. _desk.Take(0).Orders.Select(o => o.Tag.Key.DisseminationNo)];

    [Fact]
    public void A_full_mailbox_sheds_the_least_severe_first_then_the_oldest_and_never_a_cancel()
    {
        Push(1, WarningColour.None, Purpose.Cancel);
        Push(2, WarningColour.Red);
        Push(3, WarningColour.Yellow);
        for (int no = 4; no <= ResidentDevice.MailboxMax; no++) Push(no, WarningColour.Red);
        Assert.Equal(ResultCode.Accepted, Push(17, WarningColour.Red).Code);
        Assert.Equal([1, 2, .. Enumerable.Range(4, 14)], Reconnect());
        Assert.Equal(ResultCode.Accepted, Push(18, WarningColour.None, Purpose.Correction).Code);
        Assert.Equal([1, .. Enumerable.Range(4, 15)], Reconnect());
    }

    [Theory]
    [InlineData(Purpose.Original, WarningColour.Red, Purpose.Original, WarningColour.Orange)]
    [InlineData(Purpose.Cancel, WarningColour.None, Purpose.Original, WarningColour.Red)]
    [InlineData(Purpose.Cancel, WarningColour.None, Purpose.Cancel, WarningColour.Red)]
    public void What_a_full_mailbox_has_no_room_for_is_not_sent_but_tried_again_later(Purpose held, WarningColour heldColour, Purpose purpose, WarningColour colour)
    {
        for (int no = 1; no <= ResidentDevice.MailboxMax; no++) Push(no, heldColour, held);
        _sent.Clear();
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.DeviceSilent), Push(17, colour, purpose));
        Assert.Empty(_sent);
        Assert.Equal(Enumerable.Range(1, 16), Reconnect());
    }

    [Fact]
    public void What_may_not_go_any_more_makes_room_before_anything_else()
    {
        var gate = new SwitchGate();
        for (int no = 1; no <= ResidentDevice.MailboxMax; no++) Push(no, WarningColour.Red, gate: no == 9 ? gate : null);
        gate.Close();
        Assert.Equal(ResultCode.Accepted, Push(17, WarningColour.Blue).Code);
        Assert.Equal([.. Enumerable.Range(1, 8), .. Enumerable.Range(10, 8)], Reconnect());
    }

    [Fact]
    public async Task A_station_with_too_many_orders_loses_the_least_severe_first_and_never_a_stop_and_whoever_waits_for_it_is_told()
    {
        Post(1, WarningColour.None, Purpose.Cancel);
        Post(2, WarningColour.Red);
        var (yellow, _) = Post(3, WarningColour.Yellow);
        for (int no = 4; no <= BroadcastStationDesk.OrdersMax; no++) Assert.True(Post(no, WarningColour.Red).Posted);
        Assert.False(yellow.Answer.IsCompleted);
        Assert.True(Post(65, WarningColour.Red).Posted);
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.DeviceSilent), await AnswerOf(yellow));
        Assert.Equal([1, 2, .. Enumerable.Range(4, 62)], Open());
        var second = _desk.Find(WireTag.Of(ADelivery(ChannelKind.Broadcast, 2, WarningColour.Red, Purpose.Original, null).Tag))!;
        Assert.True(Post(66, WarningColour.None, Purpose.Cancel).Posted);
        Assert.Equal(DispatchOutcome.Unknown(DispatchError.TimedOut), await AnswerOf(second)); // the encoder has it
        Assert.Equal([1, .. Enumerable.Range(4, 63)], Open());
    }

    [Theory]
    [InlineData(Purpose.Original, WarningColour.Red, Purpose.Original, WarningColour.Orange)]
    [InlineData(Purpose.Cancel, WarningColour.None, Purpose.Original, WarningColour.Red)]
    [InlineData(Purpose.Cancel, WarningColour.None, Purpose.Cancel, WarningColour.Red)]
    public void What_a_station_has_no_room_for_is_not_posted(Purpose held, WarningColour heldColour, Purpose purpose, WarningColour colour)
    {
        for (int no = 1; no <= BroadcastStationDesk.OrdersMax; no++) Post(no, heldColour, held);
        Assert.False(Post(65, colour, purpose).Posted);
        Assert.Equal(Enumerable.Range(1, 64), Open());
    }

    [Fact]
    public async Task An_order_that_may_not_go_any_more_makes_room_at_a_station_before_anything_else()
    {
        var gate = new SwitchGate();
        var orders = Enumerable.Range(1, BroadcastStationDesk.OrdersMax).Select(no => Post(no, WarningColour.Red, gate: no == 9 ? gate : null).Order).ToArray();
        gate.Close();
        Assert.True(Post(65, WarningColour.Blue).Posted);
        Assert.Equal(DispatchOutcome.NotSent, await AnswerOf(orders[8]));
        Assert.Equal([.. Enumerable.Range(1, 8), .. Enumerable.Range(10, 56)], Open());
    }
}
