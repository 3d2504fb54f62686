using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>One distinct message body, worked out once however many people get it.</summary>
public sealed class MessageText
{
    /// <summary>Longest body in UTF-16 units.</summary>
    public const int LengthMax = 1600;

    /// <summary>Chinese text stays readable, as in the real service's answers.</summary>
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Gsm7Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private const string Gsm7Extension = "\f^{}\\[~]|€";

    /// <param name="utf8">The decoded body.</param>
    public MessageText(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        Length = text.Length;
        Json = JsonSerializer.SerializeToUtf8Bytes(text, Plain);
        Hash16 = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(utf8).AsSpan(0, 8)));
        Segments = Encoding.ASCII.GetBytes(CountSegments(text).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>UTF-16 units.</summary>
    public int Length { get; }

    /// <summary>The body as a JSON string, quotes included.</summary>
    public byte[] Json { get; }

    /// <summary>First 16 hex digits of the body's SHA-256.</summary>
    public byte[] Hash16 { get; }

    /// <summary>Number of SMS parts, in decimal.</summary>
    public byte[] Segments { get; }

    /// <summary>Parts of 160/153 GSM 7-bit septets, or of 70/67 UCS-2 units when one character is outside GSM 03.38.</summary>
    public static int CountSegments(string text)
    {
        var septets = 0;
        foreach (var unit in text)
        {
            if (Gsm7Basic.Contains(unit, StringComparison.Ordinal)) septets++;
            else if (Gsm7Extension.Contains(unit, StringComparison.Ordinal)) septets += 2;
            else return text.Length <= 70 ? 1 : (text.Length + 66) / 67;
        }

        return septets <= 160 ? 1 : (septets + 152) / 153;
    }
}

/// <summary>Who a message is from: a number, a name or a messaging service.</summary>
internal sealed class Sender
{
    /// <param name="utf8">The decoded value of <c>From</c> or <c>MessagingServiceSid</c>.</param>
    /// <param name="isService">True for a messaging service.</param>
    public Sender(ReadOnlySpan<byte> utf8, bool isService)
    {
        Name = Encoding.UTF8.GetString(utf8);
        IsService = isService;
        Json = JsonSerializer.SerializeToUtf8Bytes(Name, MessageText.Plain);
        FormValue = Encoding.ASCII.GetBytes(Uri.EscapeDataString(Name));
    }

    /// <summary>As given.</summary>
    public string Name { get; }

    /// <summary>True for a messaging service.</summary>
    public bool IsService { get; }

    /// <summary>The name as a JSON string.</summary>
    public byte[] Json { get; }

    /// <summary>The name, percent-encoded for a form.</summary>
    public byte[] FormValue { get; }
}
