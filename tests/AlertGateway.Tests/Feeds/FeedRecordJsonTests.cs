using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Tests.Cap;

namespace AlertGateway.Tests.Feeds;

public sealed class FeedRecordJsonTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.RepositoryRoot(), "docs", "cli", "feed-decode.schema.json"))).RootElement;

    [Fact]
    public void Every_printed_line_has_the_form_that_the_schema_says()
    {
        var records = new List<FeedRecord>();
        foreach (var (kind, file) in new[] { ("quakeml", "quake/q0029.qml"), ("jma-xml", "quake/q0133.xml"), ("usgs-geojson", "quake/q0148.json"), ("nws-geojson", "nws/n0004.json"), ("qweather", "qweather/getWarningNow-zh.json") })
            records.AddRange(FeedDecoders.ByKind[kind](File.ReadAllBytes(Path.Combine(Corpus.Root, file)), null).Records);
        records.AddRange(FeedDecoders.ByKind["meteoalarm"](Corpus.Bytes("c0139.atom"), null).Records);
        records.Add(new FeedRecord { Kind = "x", Type = FeedRecordType.Observation, Id = "", Status = "Actual", DepthKm = 1, SameAs = ["y"], Findings = [new Finding("a.b", FindingLevel.Info, "", "Sentence.")] });
        Assert.True(records.Count > 200);
        foreach (var record in records)
        {
            var line = FeedRecordJson.Line(record);
            Assert.DoesNotContain('\n', line);
            using var value = JsonDocument.Parse(line);
            Assert.Empty(Violations(value.RootElement, Schema, "$"));
        }
    }

    [Fact]
    public void The_check_itself_sees_what_is_wrong()
    {
        using var value = JsonDocument.Parse("""{"kind":"x","type":"Event","id":1,"lat":95,"findings":[{"code":"a"}],"more":0}""");
        var violations = Violations(value.RootElement, Schema, "$").ToList();
        Assert.Contains("$.type", violations);
        Assert.Contains("$.id", violations);
        Assert.Contains("$.lat", violations);
        Assert.Contains("$.more", violations);
        Assert.Contains("$.status", violations);
        Assert.Contains("$.findings[0].level", violations);
    }

    /// <summary>The part of JSON Schema that the schema uses.</summary>
    private static IEnumerable<string> Violations(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => JsonElement.DeepEquals(w, value))) yield return path;
        if (schema.TryGetProperty("type", out var type))
        {
            var allowed = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()) : [type.GetString()];
            var own = value.ValueKind switch { JsonValueKind.True or JsonValueKind.False => "boolean", var kind => kind.ToString().ToLowerInvariant() };
            if (!allowed.Contains(own))
            {
                yield return path;
                yield break;
            }
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            if (schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble()) yield return path;
            if (schema.TryGetProperty("maximum", out var most) && value.GetDouble() > most.GetDouble()) yield return path;
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var v in value.EnumerateArray().SelectMany((item, i) => Violations(item, items, $"{path}[{i}]"))) yield return v;
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)) yield break;
        foreach (var name in schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _))) yield return $"{path}.{name}";
        foreach (var member in value.EnumerateObject())
        {
            if (!properties.TryGetProperty(member.Name, out var own)) yield return $"{path}.{member.Name}";
            else foreach (var v in Violations(member.Value, own, $"{path}.{member.Name}")) yield return v;
        }
    }
}
