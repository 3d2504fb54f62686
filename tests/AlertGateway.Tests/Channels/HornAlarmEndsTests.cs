using System.Text.Json;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Channels.Loudspeaker;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Channels;

/// <summary>Orders to loudspeakers whose villages have less time than others.</summary>
public sealed class HornAlarmEndsTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8)));
    private static readonly OrderKey Key = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    [Fact]
    public void Loudspeakers_that_have_equally_long_share_one_order_that_names_no_other_and_ends_with_them()
    {
        var alarms = new HornAlarms(new LoudspeakerOrders(new LoudspeakerOptions { ProgrammeBaseUrl = new Uri("http://127.0.0.1/") }, Key, new ProgrammeTickets(Key, Clock)), new MonotonicSerial(Clock), Clock);
        long now = Clock.GetUtcNow().UtcTicks;
        var near = Delivery(1, now + (5 * TimeSpan.TicksPerSecond), 1, 2, 5);
        var far = Delivery(3, now + (9 * TimeSpan.TicksPerSecond), 3, 4);
        var orders = new[] { near, far }.Select(d => (Delivery: d, Alarm: alarms.For(d)!)).ToArray();
        Assert.Equal(["1-2 5", "3-4"], orders.Select(o => Field(o.Alarm, "to").GetString()));
        Assert.All(orders, o => Assert.Equal(o.Delivery.NotAfterTicks, Field(o.Alarm, "notAfterTicks").GetInt64()));
        Assert.Equal(2, orders.Select(o => o.Alarm.Seq).Distinct().Count());
        Assert.Same(orders[0].Alarm, alarms.For(near with { Tag = near.Tag with { Key = near.Tag.Key with { EndpointNo = 5 } } }));
        Assert.Same(orders[1].Alarm, alarms.For(far));
    }

    [Fact]
    public void A_set_groups_its_loudspeakers_by_their_villages_ends()
    {
        var town = new RegistrySnapshot
        {
            Version = "v1", Synthetic = true, Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
            Villages = [new Division("320481106001", "甲村", 0, 31.3, 119.4, 0), new Division("320481106002", "乙村", 0, 31.31, 119.41, 0), new Division("320481106003", "丙村", 0, 31.3, 119.4, 0)],
            HouseholdVillage = [0], HouseholdLatitude = [0], HouseholdLongitude = [0], HouseholdFirstPerson = [0, 1], PersonHousehold = [0], PersonFlags = [0],
            EndpointChannel = [0, 3, 3, 3, 3, 3, 4], EndpointPerson = new int[7], EndpointFlags = new EndpointFlags[7],
            Loudspeakers = [.. new[] { 0, 0, 1, 1, 2 }.Select((village, i) => new LoudspeakerSite(i + 1, village, 31.3, 119.4, $"号角{i}"))], Stations = [new BroadcastStation(6, "台")], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
        var ends = new EndpointEnds(town, [50, 90, 50], 80);
        Assert.Equal([50, 50, 80, 80, 50, 80], Enumerable.Range(1, 6).Select(ends.Of)); // a transmitter stands in no village
        Assert.Equal([0, 50, 50, 50], new long[] { 49, 50, 79, 1_000 }.Select(ends.LatestBy));
        var horns = new DeliverySet(ChannelKind.Loudspeaker, Purpose.Original, AdapterClass.Idempotent, [5, 4, 3, 2, 1], new byte[5], lifeThreat: true) { Ends = ends };
        Assert.Equal([1, 2, 5], horns.EndpointsUntil(50)!.Order());
        Assert.Equal([3, 4], horns.EndpointsUntil(80)!.Order());
        Assert.Null(new DeliverySet(ChannelKind.Loudspeaker, Purpose.Cancel, AdapterClass.Idempotent, [1], new byte[1], lifeThreat: true).EndpointsUntil(50));
    }

    private static OutgoingDelivery Delivery(int endpointNo, long notAfterTicks, params int[] audience) =>
        Make.ADelivery(Make.ARendition(ChannelKind.Loudspeaker, "地震！快避险！", programme: new string('5', 64), programmeBytes: 1000) with { InStock = true }, endpointNo, default, Clock.GetUtcNow()) with { Audience = audience, NotAfterTicks = notAfterTicks };

    private static JsonElement Field(HornAlarms.Alarm alarm, string name) => JsonDocument.Parse(alarm.Order).RootElement.GetProperty(name);
}
