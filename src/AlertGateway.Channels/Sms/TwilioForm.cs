using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Sms;

/// <summary>Builds the body of a create request: what depends on the rendition is encoded once and shared, what depends on the recipient is appended.</summary>
internal sealed class TwilioForm
{
    private readonly ConditionalWeakTable<Rendition, byte[]> _heads = [];
    private readonly ConditionalWeakTable<Rendition, byte[]>.CreateValueCallback _encodeHead;
    private readonly byte[] _callback;

    public TwilioForm(TwilioOptions options)
    {
        string sender = (options.From.StartsWith("MG", StringComparison.Ordinal) && options.From.Length == 34 ? "MessagingServiceSid=" : "From=") + Encoding.ASCII.GetString(FormEncoding.Encode(options.From));
        _encodeHead = rendition => [.. Encoding.ASCII.GetBytes(sender), .. "&SmartEncoded=false&Body="u8, .. FormEncoding.Encode(rendition.Text), .. "&To=%2B"u8];
        _callback = [.. "&StatusCallback="u8, .. FormEncoding.Encode(options.StatusCallbackPrefix)];
    }

    /// <param name="e164">A checked number: <c>+</c> and digits.</param>
    /// <param name="validitySeconds">Seconds left to expiry, 1…36000.</param>
    public TwilioFormContent Content(Rendition rendition, ReadOnlySpan<byte> e164, in DeliveryTag tag, int validitySeconds, ISendGate gate)
    {
        byte[] head = _heads.GetValue(rendition, _encodeHead);
        // Digits, the callback, the tag (at most 48, all of it unreserved characters) and "&ValidityPeriod=36000".
        byte[] tail = new byte[e164.Length + _callback.Length + 48 + 21];
        var rest = tail.AsSpan();
        e164[1..].CopyTo(rest);
        rest = rest[(e164.Length - 1)..];
        _callback.CopyTo(rest);
        rest = rest[_callback.Length..];
        Append(ref rest, 'd', tag.Key.DisseminationNo);
        Append(ref rest, '-', tag.Key.EndpointNo);
        Append(ref rest, '-', (byte)tag.Key.Channel);
        Append(ref rest, '-', (byte)tag.Key.Purpose);
        Append(ref rest, '-', tag.Attempt);
        "&ValidityPeriod="u8.CopyTo(rest);
        rest = rest["&ValidityPeriod="u8.Length..];
        Utf8Formatter.TryFormat(validitySeconds, rest, out int written);
        return new TwilioFormContent(head, tail, tail.Length - rest.Length + written, gate);
    }

    private static void Append(ref Span<byte> rest, char before, int number)
    {
        rest[0] = (byte)before;
        Utf8Formatter.TryFormat(number, rest[1..], out int written);
        rest = rest[(written + 1)..];
    }
}

/// <summary>
/// A form in two pieces: the shared head and the recipient's tail. Looks at the gate with the connection in hand, which a request may have waited for: behind a closed one not a byte of the form leaves, and a request without its form is none.
/// </summary>
internal sealed class TwilioFormContent : HttpContent
{
    private static readonly MediaTypeHeaderValue FormType = new("application/x-www-form-urlencoded");

    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly int _tailLength;
    private readonly ISendGate _gate;

    public TwilioFormContent(byte[] head, byte[] tail, int tailLength, ISendGate gate)
    {
        (_head, _tail, _tailLength, _gate) = (head, tail, tailLength, gate);
        Headers.ContentType = FormType;
    }

    /// <summary>The gate was closed: the form was held back.</summary>
    public bool IsHeldBack { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _tailLength;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_gate.IsOpen)
        {
            IsHeldBack = true;
            return Task.FromException(new IOException("The gate is closed."));
        }
        var head = stream.WriteAsync(_head, cancellationToken);
        return head.IsCompletedSuccessfully
            ? stream.WriteAsync(_tail.AsMemory(0, _tailLength), cancellationToken).AsTask()
            : WriteRestAsync(head, stream, cancellationToken);
    }

    private async Task WriteRestAsync(ValueTask head, Stream stream, CancellationToken cancellationToken)
    {
        await head;
        await stream.WriteAsync(_tail.AsMemory(0, _tailLength), cancellationToken);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"form of {_head.Length + _tailLength} bytes");
}
