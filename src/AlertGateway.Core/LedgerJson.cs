using System.Buffers;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

/// <summary>How the core writes the JSON bodies of ledger rows: camelCase, hanzi as they are, long number lists packed.</summary>
internal static class LedgerJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    public static byte[] Write<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, Options);

    /// <exception cref="JsonException">The row is not what this version wrote; the ledger's check sum says that it was written so.</exception>
    public static T Read<T>(ReadOnlySpan<byte> body) => JsonSerializer.Deserialize<T>(body, Options) ?? throw new JsonException("A ledger row has an empty body.");

    /// <exception cref="LedgerException">The row is not what this version wrote; the message names it.</exception>
    public static T Read<T>(ReadOnlySpan<byte> body, long sequence)
    {
        try
        {
            return Read<T>(body);
        }
        catch (JsonException ex)
        {
            throw Unreadable(sequence, ex);
        }
    }

    public static LedgerException Unreadable(long sequence, JsonException because) => new($"Ledger row {sequence} cannot be read by this program: {because.Message}", because);

    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var to = new MemoryStream();
        using (var deflate = new DeflateStream(to, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(bytes);
        return to.ToArray();
    }

    public static byte[] Inflate(ReadOnlyMemory<byte> packed, int bytesMax)
    {
        using var from = new DeflateStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        using var to = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(65_536);
        try
        {
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                if (to.Length + read > bytesMax) throw new JsonException("A packed list of a ledger row is larger than it can be.");
                to.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return to.ToArray();
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IncludeFields = true,
            IgnoreReadOnlyProperties = true,
        };
        options.Converters.Add(new KnownEnums());
        options.Converters.Add(new PackedNumbers());
        options.Converters.Add(new PackedBytes());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>int32 lists as base64 of deflated zigzag differences: ascending lists of a city take about one byte a number.</summary>
    private sealed class PackedNumbers : JsonConverter<int[]>
    {
        private const int BytesMax = 64 * 1024 * 1024;

        public override int[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var bytes = Inflate(reader.GetBytesFromBase64(), BytesMax);
            var numbers = new List<int>(bytes.Length);
            uint value = 0;
            int shift = 0, last = 0;
            foreach (var b in bytes)
            {
                if (shift > 28) throw new JsonException("A packed number has more than 32 bits.");
                value |= (uint)(b & 0x7F) << shift;
                if ((b & 0x80) != 0)
                {
                    shift += 7;
                    continue;
                }

                last = unchecked(last + (int)((value >> 1) ^ (0 - (value & 1))));
                numbers.Add(last);
                value = 0;
                shift = 0;
            }

            return [.. numbers];
        }

        public override void Write(Utf8JsonWriter writer, int[] value, JsonSerializerOptions options)
        {
            var bytes = new ArrayBufferWriter<byte>(value.Length + 16);
            var last = 0;
            foreach (var number in value)
            {
                var difference = unchecked(number - last);
                last = number;
                var zigzag = (uint)((difference << 1) ^ (difference >> 31));
                var span = bytes.GetSpan(5);
                var at = 0;
                while (zigzag >= 0x80)
                {
                    span[at++] = (byte)(zigzag | 0x80);
                    zigzag >>= 7;
                }

                span[at++] = (byte)zigzag;
                bytes.Advance(at);
            }

            writer.WriteBase64StringValue(Deflate(bytes.WrittenSpan));
        }
    }

    private sealed class PackedBytes : JsonConverter<byte[]>
    {
        private const int BytesMax = 64 * 1024 * 1024;

        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Inflate(reader.GetBytesFromBase64(), BytesMax);

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteBase64StringValue(Deflate(value));
    }
}
