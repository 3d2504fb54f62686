using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Core;

/// <summary>How the core reads its configuration files: comments allowed, unknown members refused so that a misspelt one is noticed.</summary>
internal static class ConfigJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}
