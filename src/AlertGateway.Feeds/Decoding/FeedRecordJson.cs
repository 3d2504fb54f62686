using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Feeds.Decoding;

/// <summary>The JSON form of a record, one object a line: docs/cli/feed-decode.schema.json.</summary>
public static class FeedRecordJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Line(FeedRecord record) => JsonSerializer.Serialize(record, Options);
}
