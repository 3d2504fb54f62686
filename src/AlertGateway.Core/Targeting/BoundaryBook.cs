using System.Globalization;
using System.Text.Json;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Union;
using NetTopologySuite.Operation.Valid;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// Outlines by area code: what UGC, SAME, EMMA_ID, NUTS3, WARNCELLID, CPEAS and CAP-CP codes mean on the ground. A pack is a GeoJSON feature collection with the members
/// <c>valueNames</c> (CAP geocode names; one that ends in <c>*</c> stands for all that begin so), <c>codeProperty</c>, and optionally <c>hierarchical</c> (a code also names every longer code that begins with
/// it). Immutable; safe for concurrent readers.
/// </summary>
public sealed class BoundaryBook
{
    private const int CodeCharsMax = 64;
    private readonly IReadOnlyList<Pack> _packs;

    private BoundaryBook(IReadOnlyList<Pack> packs) => _packs = packs;

    /// <summary>No pack: no code is known here.</summary>
    public static BoundaryBook None { get; } = new([]);

    /// <summary>Codes of all packs together.</summary>
    public int Codes => _packs.Sum(p => p.ByCode.Count);

    /// <summary>All <c>*.geojson</c> files of a folder; none when there is no such folder.</summary>
    /// <exception cref="InvalidDataException">A file is no pack; it is named.</exception>
    public static BoundaryBook Load(string folder)
    {
        if (!Directory.Exists(folder)) return None;
        var packs = new List<Pack>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.geojson").Order(StringComparer.Ordinal))
        {
            try
            {
                packs.Add(Read(File.ReadAllBytes(file)));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException($"Boundary pack {Path.GetFileName(file)}: {e.Message}", e);
            }
        }

        return new BoundaryBook(packs);
    }

    /// <summary>A single pack from its bytes.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="InvalidDataException">Not a pack.</exception>
    public static BoundaryBook Parse(ReadOnlyMemory<byte> geoJson) => new([Read(geoJson)]);

    /// <summary>The ground that a code names, valid and with x = longitude; null when no pack knows it. Of two packs that know it the first, by file name, counts.</summary>
    public Geometry? Find(string valueName, string value)
    {
        ArgumentNullException.ThrowIfNull(valueName);
        ArgumentNullException.ThrowIfNull(value);
        var code = value.Trim().ToUpperInvariant();
        if (code.Length is 0 or > CodeCharsMax) return null;
        foreach (var pack in _packs)
        {
            if (!pack.Speaks(valueName.Trim())) continue;
            if (pack.ByCode.TryGetValue(code, out var shape)) return shape;
            if (!pack.Hierarchical) continue;
            var below = pack.ByCode.Where(c => c.Key.StartsWith(code, StringComparison.Ordinal)).Select(c => c.Value).ToList();
            if (below.Count > 0) return UnaryUnionOp.Union(below);
        }

        return null;
    }

    private static Pack Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("valueNames", out var names) || !root.TryGetProperty("codeProperty", out var property) || !root.TryGetProperty("features", out var features))
            throw new InvalidDataException("a feature collection with valueNames and codeProperty is expected.");
        var codeProperty = property.GetString() ?? throw new InvalidDataException("codeProperty is no text.");
        var shapes = new Dictionary<string, List<Geometry>>(StringComparer.Ordinal);
        foreach (var feature in features.EnumerateArray())
        {
            if (!feature.GetProperty("properties").TryGetProperty(codeProperty, out var value) || CodeOf(value) is not { Length: > 0 } code) throw new InvalidDataException($"a feature has no {codeProperty}.");
            if (feature.GetProperty("geometry").ValueKind == JsonValueKind.Null) continue;
            var shape = GeoJsonShape.Parse(feature.GetProperty("geometry").GetRawText());
            if (!new IsValidOp(shape).IsValid) shape = GeometryFixer.Fix(shape);
            if (!shapes.TryGetValue(code, out var list)) shapes.Add(code, list = []);
            list.Add(shape);
        }

        return new Pack(
            [.. names.EnumerateArray().Select(n => n.GetString() ?? throw new InvalidDataException("a valueName is no text."))],
            root.TryGetProperty("hierarchical", out var h) && h.ValueKind == JsonValueKind.True,
            shapes.ToDictionary(s => s.Key, s => s.Value.Count == 1 ? s.Value[0] : UnaryUnionOp.Union(s.Value), StringComparer.Ordinal));
    }

    private static string? CodeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()?.Trim().ToUpperInvariant(),
        JsonValueKind.Number when value.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private sealed record Pack(IReadOnlyList<string> ValueNames, bool Hierarchical, Dictionary<string, Geometry> ByCode)
    {
        public bool Speaks(string valueName) => ValueNames.Any(n => n.EndsWith('*')
            ? valueName.StartsWith(n[..^1], StringComparison.OrdinalIgnoreCase)
            : string.Equals(n, valueName, StringComparison.OrdinalIgnoreCase));
    }
}
