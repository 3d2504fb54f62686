using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Channels.Sms;

/// <summary>The endpoint whose address these UTF-8 bytes of an E.164 number are; 0 when there is none. The memory is only valid during the call.</summary>
public delegate int SmsEndpointLookup(ReadOnlyMemory<byte> e164);

/// <summary>Takes status callbacks and replies. Anonymous, but nothing without the provider's signature over the configured public URL changes anything.</summary>
public sealed class TwilioReceiptEndpoints(TwilioOptions options, SmsEndpointLookup endpointOf, IReceiptSink receipts, IRefusalLog refusals)
{
    public const string StatusPath = "/v1/receipts/twilio";
    public const string InboundPath = "/v1/receipts/twilio-inbound";

    /// <summary>Longest form that is read, in bytes.</summary>
    public const int FormBytesMax = 8 * 1024;

    private readonly TwilioSignature _signature = new(SecretFile.Read(options.TokenFile));
    private readonly string _statusPrefix = options.StatusCallbackPrefix;
    private readonly string _inboundUrl = options.InboundUrl;
    private readonly byte _route = (byte)options.Number;

    internal string StatusRoute { get; } = options.Number == 0 ? StatusPath + "/{tag}" : $"{StatusPath}/{options.Number}/{{tag}}";

    internal string InboundRoute { get; } = options.Number == 0 ? InboundPath : $"{InboundPath}/{options.Number}";

    internal async Task StatusAsync(HttpContext context)
    {
        if (await WholeFormAsync(context) is not { } read) return;
        var (status, receipt) = ReadStatus(context, read.Buffer);
        context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        if (receipt is { } told && await receipts.ReportAsync(told, context.RequestAborted) == ReceiptVerdict.UnknownDelivery)
        {
            // Answered like any other: the provider would only repeat it.
            refusals.Refused("sms.callback.unknown-delivery", "短信平台回执了一条从未由它发出的消息，已记录，未改变任何状态。 The SMS provider reported on a message that was never sent over it; nothing was changed.");
        }
        context.Response.StatusCode = (int)status;
    }

    internal async Task InboundAsync(HttpContext context)
    {
        if (await WholeFormAsync(context) is not { } read) return;
        var (status, endpointNo) = ReadReply(context, read.Buffer);
        context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        if (endpointNo > 0) await receipts.AcknowledgeNewestAsync(endpointNo, context.RequestAborted);
        context.Response.StatusCode = (int)status;
        if (status != HttpStatusCode.OK) return;
        context.Response.ContentType = "text/xml; charset=utf-8";
        await context.Response.BodyWriter.WriteAsync("<Response/>"u8.ToArray(), context.RequestAborted);
    }

    private (HttpStatusCode Status, Receipt? Receipt) ReadStatus(HttpContext context, in ReadOnlySequence<byte> body)
    {
        // Given back before anybody waits for the disk: a pool has few buffers that many requests at once could hold.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * (int)body.Length);
        try
        {
            if (!CallbackForm.TryParse(Halves(body, buffer, out var scratch), scratch, out var form)) return (HttpStatusCode.BadRequest, null);
            string tagText = context.Request.RouteValues["tag"] as string ?? "";
            if (!Signed(context, string.Concat(_statusPrefix, tagText), form)) return (HttpStatusCode.Forbidden, null);
            if (!DeliveryTag.TryParse(tagText, out var tag) || tag.Key.Channel != ChannelKind.Sms) return (HttpStatusCode.NotFound, null);
            return (HttpStatusCode.NoContent, ReceiptOf(tag, form));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Callbacks are unordered and repeatable, so each says only how far the message was at least.</summary>
    private Receipt? ReceiptOf(DeliveryTag tag, scoped in CallbackForm form)
    {
        var status = form["MessageStatus"u8];
        if (status.IsEmpty) status = form["SmsStatus"u8];
        if (status.SequenceEqual("delivered"u8)) return new Receipt(tag, Evidence.Delivered, false, DispatchError.None, 0, _route);
        if (status.SequenceEqual("sent"u8)) return new Receipt(tag, Evidence.Accepted, false, DispatchError.None, 0, _route);
        if (status.SequenceEqual("read"u8)) return new Receipt(tag, Evidence.Presented, false, DispatchError.None, 0, _route);
        if (status.SequenceEqual("undelivered"u8) || status.SequenceEqual("failed"u8) || status.SequenceEqual("canceled"u8))
        {
            if (!int.TryParse(form["ErrorCode"u8], NumberStyles.None, CultureInfo.InvariantCulture, out int code)) code = 0;
            return new Receipt(tag, Evidence.Accepted, true, TwilioAnswer.FailureOf(code), 0, _route);
        }
        return null; // queued, sending, accepted: the answer to the create request said more.
    }

    private (HttpStatusCode Status, int EndpointNo) ReadReply(HttpContext context, in ReadOnlySequence<byte> body)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * (int)body.Length);
        try
        {
            if (!CallbackForm.TryParse(Halves(body, buffer, out var scratch), scratch, out var form)) return (HttpStatusCode.BadRequest, 0);
            if (!Signed(context, _inboundUrl, form)) return (HttpStatusCode.Forbidden, 0);
            if (!IsAcknowledgement(form["Body"u8])) return (HttpStatusCode.OK, 0);
            int endpointNo = endpointOf(form["From"u8].ToArray());
            if (endpointNo <= 0) refusals.Refused("sms.reply.unknown-number", "一个登记册中没有的号码回复了短信。 A number that is not in the registry replied to a message.");
            return (HttpStatusCode.OK, endpointNo);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The body in the first half of the buffer, and the other half.</summary>
    private static ReadOnlySpan<byte> Halves(in ReadOnlySequence<byte> body, byte[] buffer, out Span<byte> other)
    {
        int length = (int)body.Length;
        body.CopyTo(buffer);
        other = buffer.AsSpan(length, length);
        return buffer.AsSpan(0, length);
    }

    /// <summary><c>1</c>, <c>收到</c> or <c>OK</c>, trimmed, in any case.</summary>
    private static bool IsAcknowledgement(ReadOnlySpan<byte> body)
    {
        if (body.Length > 64) return false;
        string text = Encoding.UTF8.GetString(body).Trim();
        return text is "1" or "收到" || text.Equals("OK", StringComparison.OrdinalIgnoreCase);
    }

    private bool Signed(HttpContext context, string publicUrl, scoped in CallbackForm form)
    {
        var header = context.Request.Headers["X-Twilio-Signature"];
        if (header.Count == 1 && _signature.Verify(header[0], publicUrl, form)) return true;
        refusals.Refused("sms.callback.forged", "一个短信回执的签名不符，已拒绝。 A callback of the SMS provider had no valid signature and was refused.");
        return false;
    }

    /// <summary>The whole form, which the caller must advance past; null when it was refused, with the status already set.</summary>
    private static async ValueTask<ReadResult?> WholeFormAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentType is not { } type || !type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return Refuse(context, HttpStatusCode.UnsupportedMediaType);
        if (request.ContentLength > FormBytesMax) return Refuse(context, HttpStatusCode.RequestEntityTooLarge);
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > FormBytesMax)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return Refuse(context, HttpStatusCode.RequestEntityTooLarge);
            }
            if (read.IsCompleted) return read;
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ReadResult? Refuse(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        return null;
    }
}
