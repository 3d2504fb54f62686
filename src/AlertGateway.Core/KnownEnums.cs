using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Core;

/// <summary>Enums in bodies of ledger rows: numbers as values, names as keys. A number that this program does not know was written by a newer one and is refused.</summary>
internal sealed class KnownEnums : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(typeof(Known<>).MakeGenericType(typeToConvert))!;

    private sealed class Known<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Require((T)Enum.ToObject(typeof(T), reader.GetInt64()));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Enum.TryParse<T>(reader.GetString(), out var value) ? Require(value) : throw Unknown(reader.GetString());

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());

        private static T Require(T value) => Enum.IsDefined(value) || value is ChannelKind and >= (ChannelKind)RowNumbers.FirstOfTrials ? value : throw Unknown(value.ToString());

        private static JsonException Unknown(string? value) => new($"{value} is no {typeof(T).Name} that this program knows: a newer one wrote it.");
    }
}
