using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Builds one signed HTTP/1.1 POST in a buffer that its owner uses again and again. One owner, one thread at a time.</summary>
internal sealed class CallbackPost(byte[] authToken, string account, ulong seed)
{
    private static readonly byte[] Plus = "%2B"u8.ToArray();
    private readonly byte[] _account = Encoding.ASCII.GetBytes(account);
    private readonly byte[] _body = new byte[2048];
    private readonly byte[] _signed = new byte[12288];
    private readonly byte[] _request = new byte[16384];
    private int _bodyLength;
    private int _signedLength;

    /// <summary>The request for a status report. Fields go in ordinal order of their names, which is the order they are signed in.</summary>
    public ReadOnlyMemory<byte> Status(in Message message, Report report)
    {
        var status = report switch { Report.Sent => "sent"u8, Report.Delivered => "delivered"u8, _ => "undelivered"u8 };
        Span<byte> sid = stackalloc byte[MessageSid.Length];
        MessageSid.Write(seed, message.Number, sid);
        Begin(message.Target!.Prefix, message.TargetRest);
        Field("AccountSid"u8, _account);
        Field("ApiVersion"u8, "2010-04-01"u8);
        if (report == Report.Undelivered) Field("ErrorCode"u8, "30003"u8);
        FieldFrom(message.Sender);
        Field("MessageSid"u8, sid);
        Field("MessageStatus"u8, status);
        Field("SmsSid"u8, sid);
        Field("SmsStatus"u8, status);
        FieldNumber("To"u8, message.To);
        return Finish(message.Target, message.TargetRest);
    }

    /// <summary>The request for a resident's answer <c>1</c>: From and To change places.</summary>
    public ReadOnlyMemory<byte> Reply(in Message message, CallbackTarget inbound, byte[] inboundRest)
    {
        Span<byte> sid = stackalloc byte[MessageSid.Length];
        MessageSid.Write(~seed, message.Number, sid);
        Begin(inbound.Prefix, inboundRest);
        Field("AccountSid"u8, _account);
        Field("ApiVersion"u8, "2010-04-01"u8);
        Field("Body"u8, "1"u8);
        FieldNumber("From"u8, message.To);
        Field("MessageSid"u8, sid);
        Field("NumMedia"u8, "0"u8);
        Field("To"u8, Encoding.UTF8.GetBytes(message.Sender.Name), message.Sender.FormValue);
        return Finish(inbound, inboundRest);
    }

    private void Begin(ReadOnlySpan<byte> urlPrefix, ReadOnlySpan<byte> urlRest)
    {
        _bodyLength = _signedLength = 0;
        Put(_signed, ref _signedLength, urlPrefix);
        Put(_signed, ref _signedLength, urlRest);
    }

    /// <summary>A field whose value needs no escape.</summary>
    private void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Field(name, value, value);

    private void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> encoded)
    {
        if (_bodyLength > 0) Put(_body, ref _bodyLength, "&"u8);
        Put(_body, ref _bodyLength, name);
        Put(_body, ref _bodyLength, "="u8);
        Put(_body, ref _bodyLength, encoded);
        Put(_signed, ref _signedLength, name);
        Put(_signed, ref _signedLength, value);
    }

    private void FieldFrom(Sender sender) => Field("From"u8, Encoding.UTF8.GetBytes(sender.Name), sender.FormValue);

    private void FieldNumber(ReadOnlySpan<byte> name, long digits)
    {
        Span<byte> value = stackalloc byte[24];
        value[0] = (byte)'+';
        digits.TryFormat(value[1..], out var written, default, CultureInfo.InvariantCulture);
        Span<byte> encoded = stackalloc byte[24];
        Plus.CopyTo(encoded);
        value.Slice(1, written).CopyTo(encoded[3..]);
        Field(name, value[..(written + 1)], encoded[..(written + 3)]);
    }

    private ReadOnlyMemory<byte> Finish(CallbackTarget target, ReadOnlySpan<byte> rest)
    {
        var fragment = rest.IndexOf((byte)'#');
        var at = 0;
        Put(_request, ref at, "POST "u8);
        Put(_request, ref at, target.PathPrefix);
        Put(_request, ref at, fragment < 0 ? rest : rest[..fragment]);
        Put(_request, ref at, " HTTP/1.1\r\nHost: "u8);
        Put(_request, ref at, target.Host);
        Put(_request, ref at, "\r\nUser-Agent: TwilioProxy/1.1 (emulator)\r\nAccept: */*\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nX-Twilio-Signature: "u8);
        TwilioSignature.Sign(authToken, _signed.AsSpan(0, _signedLength), _request.AsSpan(at, TwilioSignature.TextLength));
        at += TwilioSignature.TextLength;
        Put(_request, ref at, "\r\nContent-Length: "u8);
        _bodyLength.TryFormat(_request.AsSpan(at), out var digits, default, CultureInfo.InvariantCulture);
        at += digits;
        Put(_request, ref at, "\r\n\r\n"u8);
        Put(_request, ref at, _body.AsSpan(0, _bodyLength));
        return _request.AsMemory(0, at);
    }

    private static void Put(byte[] output, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.AsSpan(at));
        at += bytes.Length;
    }
}
