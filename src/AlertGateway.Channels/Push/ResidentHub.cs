using System.Globalization;
using System.Security.Claims;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace AlertGateway.Channels.Push;

/// <summary>What <c>Hello</c> answers.</summary>
/// <param name="Cursor">The serial from which the gateway goes on sending.</param>
public sealed record HelloAnswer(long Cursor);

/// <summary>The hub that residents' apps connect to (docs/protocols/resident-push.md).</summary>
[Authorize(AuthenticationSchemes = ResidentTokenHandler.SchemeName)]
public sealed class ResidentHub(PushChannel channel, MonotonicSerial serials, IReceiptSink receipts, IRefusalLog refusals, IWakeSink wakes, IHubContext<ResidentHub> hub, TimeProvider clock) : Hub
{
    private int EndpointNo => int.Parse(Context.User!.FindFirstValue(ResidentTokenHandler.EndpointClaim)!, CultureInfo.InvariantCulture);

    public override Task OnConnectedAsync()
    {
        var client = hub.Clients.Client(Context.ConnectionId);
        var context = Context;
        channel.Device(EndpointNo).Connected(new ResidentConnection(context.ConnectionId, message => client.SendAsync("Alert", message), context.Abort, clock));
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        channel.Device(EndpointNo).Disconnected(Context.ConnectionId);
        return Task.CompletedTask;
    }

    /// <summary>The app is ready and has stored everything up to <paramref name="cursor"/>.</summary>
    public HelloAnswer Hello(long cursor)
    {
        // A cursor ahead of every serial comes from a gateway whose clock was ahead: start over, the app knows its messages by their tags.
        cursor = cursor < 0 || cursor > serials.Last ? 0 : cursor;
        if (channel.Device(EndpointNo).Hello(Context.ConnectionId, cursor, clock.GetUtcNow().UtcTicks)) wakes.EndpointOnline(ChannelKind.Push, EndpointNo);
        return new HelloAnswer(cursor);
    }

    /// <summary>True only when the receipt is durable (I9).</summary>
    public async Task<bool> Ack(string tag, string level)
    {
        if (LevelOf(level) is not { } evidence || !DeliveryTag.TryParse(tag, out var parsed) || parsed.Key.Channel != ChannelKind.Push || parsed.Key.EndpointNo != EndpointNo)
        {
            refusals.Refused("push.ack.foreign", "一台设备回执了不属于它的消息，已拒绝。 A device acknowledged a message that is not its own and was refused.");
            return false;
        }
        var verdict = await receipts.ReportAsync(new Receipt(parsed, evidence, false, DispatchError.None, 0, Helped: level == "helped"), Context.ConnectionAborted);
        channel.Device(EndpointNo).Stored(parsed.Key);
        if (verdict != ReceiptVerdict.UnknownDelivery) return true;
        refusals.Refused("push.ack.unknown-delivery", "一台设备回执了一条从未发给它的消息，已记录，未改变任何状态。 A device acknowledged a message that was never sent to it; nothing was changed.");
        return false;
    }

    /// <summary><c>helped</c>, somebody elsewhere who has reached the household, is a person's word like <c>acknowledged</c>, and counts for those at home as well.</summary>
    private static Evidence? LevelOf(string? level) => level switch
    {
        "delivered" => Evidence.Delivered,
        "presented" => Evidence.Presented,
        "acknowledged" or "helped" => Evidence.Acknowledged,
        _ => null,
    };
}
