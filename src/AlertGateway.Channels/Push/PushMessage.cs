using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Core;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Push;

/// <summary>One message to one app: the rendition's payload, byte for byte, behind its tag and serial.</summary>
[JsonConverter(typeof(PushMessageConverter))]
public sealed class PushMessage
{
    internal PushMessage(DeliveryTag tag, long serial, PushPayload payload)
    {
        Serial = serial;
        string head = string.Create(CultureInfo.InvariantCulture, $"{{\"tag\":\"{tag}\",\"serial\":{serial},");
        Utf8 = new byte[head.Length + payload.Rest.Length];
        Encoding.ASCII.GetBytes(head, Utf8);
        payload.Rest.CopyTo(Utf8, head.Length);
    }

    public long Serial { get; }

    internal byte[] Utf8 { get; }
}

/// <summary>Writes the message as it is; it was checked once per rendition.</summary>
internal sealed class PushMessageConverter : JsonConverter<PushMessage>
{
    public override PushMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("The gateway only sends these.");

    public override void Write(Utf8JsonWriter writer, PushMessage value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}

/// <summary>A rendition's payload without its opening brace, checked and encoded once and shared by all messages of the rendition.</summary>
internal sealed class PushPayload
{
    /// <summary>Longest payload that is sent, in bytes.</summary>
    public const int BytesMax = 16 * 1024;

    private static readonly ConditionalWeakTable<Rendition, PushPayload> Cache = [];

    private PushPayload(byte[] rest) => Rest = rest;

    /// <summary>Everything behind the opening brace; empty when the rendition is no JSON object or too long.</summary>
    public byte[] Rest { get; }

    public static PushPayload Of(Rendition rendition) => Cache.GetValue(rendition, static r => new PushPayload(Encode(r)));

    private static byte[] Encode(Rendition rendition)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(rendition.Text);
        if (utf8.Length > BytesMax || !IsObject(utf8, out bool empty, out bool hasHash)) return [];
        int brace = utf8.AsSpan().IndexOf((byte)'{');
        if (hasHash) return utf8[(brace + 1)..];
        return [.. Encoding.ASCII.GetBytes($"\"sha256\":\"{rendition.Sha256}\""), .. empty ? [] : ","u8, .. utf8.AsSpan(brace + 1)];
    }

    private static bool IsObject(ReadOnlySpan<byte> utf8, out bool empty, out bool hasHash)
    {
        (empty, hasHash) = (true, false);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
                empty = false;
                hasHash |= reader.ValueTextEquals("sha256"u8);
                if (reader.ValueTextEquals("tag"u8) || reader.ValueTextEquals("serial"u8)) return false;
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
