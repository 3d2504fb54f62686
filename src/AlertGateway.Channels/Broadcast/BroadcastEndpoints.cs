using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Channels.Broadcast;

/// <summary>What encoders call: orders by long poll, and reports (docs/protocols/broadcast-pull.md).</summary>
public sealed class BroadcastEndpoints(BroadcastChannel channel, BroadcastOptions options, MonotonicSerial serials, StationTokenLookup stationOf, IReceiptSink receipts, IRefusalLog refusals, IWakeSink wakes, TimeProvider clock)
{
    /// <summary>Longest report, in bytes.</summary>
    public const int ReportBytesMax = 8 * 1024;

    /// <summary>Longest wait of a poll, in seconds.</summary>
    public const int WaitSecondsMax = 30;

    internal async Task OrdersAsync(HttpContext context)
    {
        if (Authenticate(context) is not (> 0 and var endpointNo)) return;
        var query = context.Request.Query;
        if (!long.TryParse(query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out long after) || after > serials.Last) after = 0;
        if (!int.TryParse(query["waitSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out int waitSeconds)) waitSeconds = 20;
        var station = channel.Station(endpointNo);
        bool wasAway = !station.IsPresent;
        station.PollBegins();
        try
        {
            if (wasAway) wakes.EndpointOnline(ChannelKind.Broadcast, endpointNo);
            var orders = await WaitForOrdersAsync(station, after, TimeSpan.FromSeconds(Math.Min(waitSeconds, WaitSecondsMax)), context.RequestAborted);
            await WriteAsync(context, orders, after);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The encoder went away while it waited.
        }
        finally
        {
            station.PollEnds();
        }
    }

    internal async Task ReportAsync(HttpContext context)
    {
        if (Authenticate(context) is not (> 0 and var endpointNo)) return;
        var report = await ReadReportAsync(context);
        if (report is null) return;
        if (!DeliveryTag.TryParse(report.Tag, out var tag) || tag.Key.Channel != ChannelKind.Broadcast || tag.Key.EndpointNo != endpointNo)
        {
            refusals.Refused("broadcast.report.foreign", "一个播出站回报了不属于它的指令，已拒绝。 A station reported on an order that is not its own and was refused.");
            context.Response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }
        var station = channel.Station(endpointNo);
        var order = station.Find(WireTag.Of(tag));
        switch (report.Level)
        {
            case "taken":
                await RecordAsync(new Receipt(tag, Evidence.Accepted, false, DispatchError.None, report.AtTicks), context.RequestAborted);
                order?.Answered(DispatchOutcome.Accepted());
                break;
            case "started":
                await RecordAsync(new Receipt(tag, Evidence.Delivered, false, DispatchError.None, report.AtTicks), context.RequestAborted);
                order?.Answered(DispatchOutcome.Accepted());
                break;
            case "done":
                bool silent = report.RmsDbfs is { } level && !(level > options.SilenceDbfs);
                await RecordAsync(new Receipt(tag, Evidence.Presented, silent, silent ? DispatchError.DeviceSilent : DispatchError.None, report.AtTicks), context.RequestAborted);
                order?.Answered(DispatchOutcome.Accepted());
                if (order is not null) station.Close(order);
                break;
            case "refused":
                await RefusedAsync(station, order, tag, report, context.RequestAborted);
                break;
            default:
                context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
                return;
        }
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    /// <summary>A refusal before the order was taken is the attempt's outcome, which the lane makes durable; one after it is a receipt.</summary>
    private async Task RefusedAsync(BroadcastStationDesk station, BroadcastOrder? order, DeliveryTag tag, BroadcastReport report, CancellationToken cancellationToken)
    {
        if (order is not null) station.Close(order);
        var outcome = OutcomeOf(report.Reason);
        if (order is { Answer.IsCompleted: false })
        {
            order.Answered(outcome);
            return;
        }
        await RecordAsync(new Receipt(tag, Evidence.Accepted, true, outcome.Error, report.AtTicks), cancellationToken);
    }

    private async Task RecordAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        if (await receipts.ReportAsync(receipt, cancellationToken) != ReceiptVerdict.UnknownDelivery) return;
        refusals.Refused("broadcast.report.unknown-delivery", "一个播出站回报了一条从未发给它的指令，已记录，未改变任何状态。 A station reported on an order that was never sent to it; nothing was changed.");
    }

    private static DispatchOutcome OutcomeOf(string? reason) => reason switch
    {
        "bad-signature" => DispatchOutcome.Refused(DispatchError.NotAuthorised),
        "expired" => DispatchOutcome.Refused(DispatchError.Expired),
        "exercise-refused" or "live-refused" => DispatchOutcome.Refused(DispatchError.WrongWorld),
        "not-ready" or "bad-hash" or "download-failed" => DispatchOutcome.RetryLater(DispatchError.DeviceRefused),
        _ => DispatchOutcome.Refused(DispatchError.DeviceRefused),
    };

    private int Authenticate(HttpContext context)
    {
        int endpointNo = DeviceTokens.Bearer(context.Request) is { } token ? stationOf(DeviceTokens.Hash(token)) : 0;
        if (endpointNo > 0) return endpointNo;
        refusals.Refused("broadcast.token.unknown", "一个未登记的播出站试图取指令，已拒绝。 A station that is not enrolled asked for orders and was refused.");
        context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
        return 0;
    }

    private async Task<List<BroadcastOrder>> WaitForOrdersAsync(BroadcastStationDesk station, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(wait, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        while (true)
        {
            var (orders, news) = station.Take(after);
            if (orders.Count > 0) return orders;
            try
            {
                await news.WaitAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return [];
            }
        }
    }

    private static async Task WriteAsync(HttpContext context, List<BroadcastOrder> orders, long after)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var body = context.Response.BodyWriter;
        long serial = after;
        await body.WriteAsync("{\"orders\":["u8.ToArray(), context.RequestAborted);
        for (int i = 0; i < orders.Count; i++)
        {
            if (i > 0) await body.WriteAsync(","u8.ToArray(), context.RequestAborted);
            await body.WriteAsync(orders[i].Json, context.RequestAborted);
            serial = Math.Max(serial, orders[i].Serial);
        }
        await body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"],\"serial\":{serial}}}")), context.RequestAborted);
    }

    private static async Task<BroadcastReport?> ReadReportAsync(HttpContext context)
    {
        byte[] buffer = new byte[ReportBytesMax + 1];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
            if (read == 0) break;
            length += read;
        }
        if (length > ReportBytesMax)
        {
            context.Response.StatusCode = (int)HttpStatusCode.RequestEntityTooLarge;
            return null;
        }
        if (BroadcastReport.TryParse(buffer.AsMemory(0, length)) is { } report) return report;
        context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
        return null;
    }
}

/// <summary>A report of an encoder.</summary>
internal sealed record BroadcastReport(string Tag, string Level, long AtTicks, double? RmsDbfs, string? Reason)
{
    /// <summary>Null for anything that is no report.</summary>
    public static BroadcastReport? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            long at = root.TryGetProperty("atTicks", out var ticks) && ticks.ValueKind == JsonValueKind.Number && ticks.TryGetInt64(out long read) && read > 0 ? read : 0;
            double? rms = root.TryGetProperty("rmsDbfs", out var level) && level.ValueKind == JsonValueKind.Number && level.TryGetDouble(out double dbfs) ? dbfs : null;
            return Text("tag") is { } tag && Text("level") is { } kind ? new BroadcastReport(tag, kind, at, rms, Text("reason")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
