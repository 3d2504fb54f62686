using System.Text.Json;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Valid;

namespace AlertGateway.Core.Targeting;

/// <summary>The ground that this gateway answers for.</summary>
public sealed class Jurisdiction
{
    /// <param name="divisionCode">6 to 12 digits; null where the place has no Chinese code.</param>
    /// <param name="shape">Null where only codes describe it.</param>
    public Jurisdiction(string name, string? divisionCode, Geometry? shape)
    {
        Name = name;
        DivisionCode = divisionCode;
        // Outlines come from files, rounded to centimetres: a repaired one bounds as well as the drawn one, an invalid one would fail in every overlay.
        if (shape is { IsEmpty: false }) Shape = new IsValidOp(shape).IsValid ? shape : GeometryFixer.Fix(shape);
        SquareKilometres = Shape is null ? 0 : GroundArea.SquareKilometres(Shape);
    }

    public string Name { get; }

    public string? DivisionCode { get; }

    /// <summary>WGS-84, x = longitude.</summary>
    public Geometry? Shape { get; }

    public double SquareKilometres { get; }

    /// <summary>Reads a GeoJSON geometry, feature or feature collection (polygons only).</summary>
    public static Jurisdiction FromGeoJson(string name, string? divisionCode, string geoJson) => new(name, divisionCode, GeoJsonShape.Parse(geoJson));

    /// <summary>One JSON object {name, divisionCode, geometry}: what a synthetic city keeps in its registry.</summary>
    public string ToJson() =>
        "{\"name\":" + JsonSerializer.Serialize(Name) + ",\"divisionCode\":" + JsonSerializer.Serialize(DivisionCode) + ",\"geometry\":" + (Shape is null ? "null" : GeoJsonShape.Write(Shape)) + "}";

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    public static Jurisdiction FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var geometry = root.GetProperty("geometry");
        return new Jurisdiction(root.GetProperty("name").GetString() ?? "", root.GetProperty("divisionCode").GetString(), geometry.ValueKind == JsonValueKind.Null ? null : GeoJsonShape.Parse(geometry.GetRawText()));
    }
}
