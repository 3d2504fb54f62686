using System.Text.Unicode;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>The parameters of a create, as far as this provider acts on them; read from the encoded form in one pass.</summary>
internal ref struct CreateForm
{
    private const int ValueBytesMax = 8192;

    /// <summary>E.164 digits; 0 = the number is not valid.</summary>
    public long To;

    public MessageText? Text;
    public Sender? Sender;
    public CallbackTarget? Target;

    /// <summary>Rest of the callback URL after <see cref="Target"/>.</summary>
    public byte[]? TargetRest;

    private bool _hasTo;
    private bool _senderInvalid;
    private bool _callbackInvalid;
    private bool _otherInvalid;

    /// <summary>Reads the form; unknown parameters are ignored, as the real service does.</summary>
    public static CreateForm Read(ReadOnlySpan<byte> body, ProviderTables tables)
    {
        var form = default(CreateForm);
        var fields = new FormFields(body);
        Span<byte> buffer = stackalloc byte[512];
        while (fields.Next())
        {
            var name = fields.Name;
            var value = fields.Value;
            if (name.SequenceEqual("To"u8))
            {
                form._hasTo = value.Length > 0;
                form.To = value.Length <= 48 ? PhoneNumber(buffer[..Math.Max(0, FormFields.Decode(value, buffer))]) : 0;
            }
            else if (name.SequenceEqual("Body"u8))
            {
                form.Text = value.Length == 0 ? null : tables.Texts.Get(value, MakeText);
                form._otherInvalid |= value.Length > 0 && form.Text is null;
            }
            else if (name.SequenceEqual("From"u8))
            {
                form.Sender = tables.Senders.Get(value, MakeNumberSender);
                form._senderInvalid |= value.Length > 0 && form.Sender is null;
            }
            else if (name.SequenceEqual("MessagingServiceSid"u8))
            {
                form.Sender = tables.Services.Get(value, MakeServiceSender);
                form._otherInvalid |= form.Sender is null;
            }
            else if (name.SequenceEqual("StatusCallback"u8) && value.Length > 0)
            {
                form.ReadCallback(value, tables);
            }
            else if (name.SequenceEqual("ValidityPeriod"u8))
            {
                form._otherInvalid |= !System.Buffers.Text.Utf8Parser.TryParse(value, out int seconds, out var used)
                    || used != value.Length || seconds is < 1 or > 36000;
            }
            else if (name.SequenceEqual("SmartEncoded"u8))
            {
                form._otherInvalid |= !value.SequenceEqual("false"u8) && !value.SequenceEqual("true"u8);
            }
        }

        return form;
    }

    /// <summary>The first thing that is wrong with it, or null.</summary>
    public readonly ProviderError? Problem =>
        !_hasTo ? ProviderError.NoTo
        : To == 0 ? ProviderError.InvalidTo
        : _senderInvalid ? ProviderError.InvalidFrom
        : _otherInvalid ? ProviderError.Parameter
        : Sender is null ? ProviderError.NoFrom
        : Text is null ? ProviderError.NoBody
        : Text.Length > MessageText.LengthMax ? ProviderError.BodyTooLong
        : _callbackInvalid ? ProviderError.InvalidCallback
        : null;

    /// <summary>Digits of an E.164 number (<c>+</c>, then 7 to 15 digits that begin with 1…9), or 0.</summary>
    public static long PhoneNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 8 or > 16 || text[0] != '+' || text[1] == '0') return 0;
        return System.Buffers.Text.Utf8Parser.TryParse(text[1..], out ulong number, out var used) && used == text.Length - 1 ? (long)number : 0;
    }

    private void ReadCallback(ReadOnlySpan<byte> value, ProviderTables tables)
    {
        var buffer = value.Length <= 1024 ? stackalloc byte[1024] : new byte[value.Length];
        var length = value.Length <= ValueBytesMax ? FormFields.Decode(value, buffer) : -1;
        var prefix = length < 0 ? -1 : CallbackTarget.PrefixLength(buffer[..length]);
        Target = prefix < 0 ? null : tables.Targets.Get(buffer[..prefix], CallbackTarget.Parse);
        _callbackInvalid = Target is null;
        if (Target is not null) TargetRest = buffer[prefix..length].ToArray();
    }

    private static MessageText? MakeText(ReadOnlySpan<byte> encoded)
    {
        var decoded = new byte[encoded.Length];
        var length = FormFields.Decode(encoded, decoded);
        return length >= 0 && Utf8.IsValid(decoded.AsSpan(0, length)) ? new MessageText(decoded.AsSpan(0, length)) : null;
    }

    private static Sender? MakeNumberSender(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > 64) return null;
        Span<byte> buffer = stackalloc byte[64];
        var length = FormFields.Decode(encoded, buffer);
        if (length <= 0) return null;
        var name = buffer[..length];
        var isShortCode = length is >= 3 and <= 8 && name.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        var isAlphanumeric = length <= 11 && name.IndexOfAnyInRange((byte)'A', (byte)'z') >= 0 && name.IndexOfAnyExceptInRange((byte)' ', (byte)'z') < 0;
        return PhoneNumber(name) != 0 || isShortCode || isAlphanumeric ? new Sender(name, isService: false) : null;
    }

    private static Sender? MakeServiceSender(ReadOnlySpan<byte> sid)
    {
        if (sid.Length != MessageSid.Length || !sid.StartsWith("MG"u8)) return null;
        foreach (var digit in sid[2..])
            if (!char.IsAsciiHexDigit((char)digit)) return null;
        return new Sender(sid, isService: true);
    }
}

/// <summary>What recurs from message to message, each kept once.</summary>
internal sealed class ProviderTables
{
    public InternTable<MessageText> Texts { get; } = new(4096);

    public InternTable<Sender> Senders { get; } = new(256);

    public InternTable<Sender> Services { get; } = new(256);

    public InternTable<CallbackTarget> Targets { get; } = new(1024);
}
