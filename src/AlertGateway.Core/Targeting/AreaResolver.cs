using System.Security.Cryptography;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Registry;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Union;

namespace AlertGateway.Core.Targeting;

/// <summary>Turns the area of an alert into households, or into reasons to hold it. Pure; safe for concurrent callers.</summary>
public sealed class AreaResolver(RegistrySnapshot registry, TargetingConfig config, Jurisdiction jurisdiction, Neighbours neighbours, BoundaryBook boundaries)
{
    private const string UnresolvedCode = "area.unresolved-code";
    private readonly HouseholdGrid _grid = new(registry.HouseholdLatitude, registry.HouseholdLongitude);
    private readonly HashSet<string> _divisionNames = new(config.DivisionValueNames, StringComparer.OrdinalIgnoreCase);

    private readonly Lazy<string> _groundText = new(() => jurisdiction.Shape is null ? "" : GeoJsonShape.Write(jurisdiction.Shape));

    public ResolvedArea Resolve(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var shapes = AreaShapes.Of(alert, config);
        var holds = new List<HoldReason>(shapes.Holds);
        var inHousehold = new bool[registry.Households + 1];
        var inVillage = new bool[registry.Villages.Count];
        var areas = AreaShapes.Distinct(alert);
        var codes = new List<(string, string)>();
        var outlines = new List<Geometry>();
        // Canada's profile lets a shape replace the codes beside it; everywhere else they are a union (CAP 1.2 §3.2.4).
        bool shapeReplacesCodes = CapProfiles.Of(alert) == CapProfile.CapCp;
        foreach (var area in areas)
        {
            if (!shapeReplacesCodes || area.Polygons.Count + area.Circles.Count == 0) ResolveCodes(area, codes, outlines, inHousehold, inVillage, holds);
        }
        for (int household = 1; household < inHousehold.Length; household++)
        {
            if (inVillage[registry.HouseholdVillage[household]]) inHousehold[household] = true;
        }
        var all = outlines.Count == 0 ? shapes.Geometry : UnaryUnionOp.Union(shapes.Geometry is null ? outlines : [shapes.Geometry, .. outlines]);
        if (all is { } geometry)
        {
            if (shapes.CrossesAntimeridian && !LiesAtAntimeridian()) holds.Add(AreaHolds.Antimeridian());
            CheckJurisdiction(alert, geometry, holds);
            _grid.Mark(geometry, inHousehold);
        }
        if (!areas.Any(a => a.IsLocated) && !shapes.HasShapes) holds.Insert(0, AreaHolds.None());
        else if (holds.Count == 0 && !inHousehold.AsSpan().Contains(true)) holds.Add(AreaHolds.Empty());

        var resolved = new AlertArea
        {
            Descriptions = [.. areas.Select(a => a.AreaDesc).Distinct(StringComparer.Ordinal)],
            GeoJson = all is null ? null : GeoJsonShape.Write(all),
            Codes = codes,
            SquareKilometres = all is null ? 0 : GroundArea.SquareKilometres(all),
            Sha256 = "",
        };
        return new ResolvedArea(resolved with { Sha256 = HashOf(resolved) }, all, inHousehold, inVillage, [.. holds.Distinct()]);
    }

    /// <summary>
    /// SHA-256 of the UTF-8 text: the line <c>agw-area-v1</c>, the line of the shape (GeoJSON of seven decimals, normalised: each ring and polygon begins at its lowest point; <c>-</c> for none), then one line
    /// <c>valueName TAB value</c> per resolved code in ordinal order. Lines end with LF.
    /// </summary>
    internal static string HashOf(AlertArea area)
    {
        var text = new StringBuilder("agw-area-v1\n").Append(area.GeoJson ?? "-").Append('\n');
        foreach (var (name, value) in area.Codes.OrderBy(c => c.ValueName, StringComparer.Ordinal).ThenBy(c => c.Value, StringComparer.Ordinal)) text.Append(name).Append('\t').Append(value).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // Codes beside a shape in one area are a union with it (CAP 1.2 §3.2.4) where the registry knows them. Where it does not, the shape says where the area is; alone, an unknown code holds the alert.
    private void ResolveCodes(Area area, List<(string, string)> codes, List<Geometry> outlines, bool[] inHousehold, bool[] inVillage, List<HoldReason> holds)
    {
        bool hasShape = area.Polygons.Count + area.Circles.Count > 0;
        foreach (var code in area.Geocodes)
        {
            if (code.ValueName == Area.ExcludePolygonName || code.Value.Length == 0 || codes.Contains((code.ValueName, code.Value))) continue;
            HoldReason? problem = null;
            if (registry.HouseholdsByCode.TryGetValue((code.ValueName, code.Value), out int[]? households))
            {
                foreach (int household in households) inHousehold[household] = true;
            }
            else if (_divisionNames.Contains(code.ValueName)) problem = ResolveDivision(code, inVillage);
            else problem = AreaHolds.Unresolved(code.ValueName, code.Value);
            // A code's outline is whole counties; where the sender drew a shape as well, the shape is what was meant.
            if (problem is { Code: UnresolvedCode } && !hasShape && boundaries.Find(code.ValueName, code.Value) is { } outline)
            {
                outlines.Add(outline);
                problem = null;
            }

            if (problem is null) codes.Add((code.ValueName, code.Value));
            else if (!hasShape) holds.Add(problem);
        }
    }

    private HoldReason? ResolveDivision(NamedValue code, bool[] inVillage)
    {
        if (!DivisionCode.TryPrefix(code.Value, out string prefix)) return AreaHolds.Unresolved(code.ValueName, code.Value);
        if (jurisdiction.DivisionCode is { } own && DivisionCode.TryPrefix(own, out string ownPrefix) && !prefix.StartsWith(ownPrefix, StringComparison.Ordinal))
        {
            return ownPrefix.StartsWith(prefix, StringComparison.Ordinal) ? AreaHolds.CodeOversized(code.ValueName, code.Value, jurisdiction.Name)
                : neighbours.OfCode(code.Value) is { } neighbour ? AreaHolds.Neighbour(neighbour) : AreaHolds.CodeOutside(code.ValueName, code.Value, jurisdiction.Name);
        }
        bool any = false;
        for (int village = 0; village < inVillage.Length; village++)
        {
            if (!registry.Villages[village].Code.StartsWith(prefix, StringComparison.Ordinal)) continue;
            inVillage[village] = true;
            any = true;
        }
        return any ? null : AreaHolds.Unresolved(code.ValueName, code.Value);
    }

    private void CheckJurisdiction(Alert alert, Geometry geometry, List<HoldReason> holds)
    {
        if (jurisdiction.Shape is not { } ground) return;
        double area = GroundArea.SquareKilometres(geometry);
        if (area > config.JurisdictionShareMax * jurisdiction.SquareKilometres) holds.Add(AreaHolds.Oversized(area, jurisdiction.SquareKilometres));
        // A city made around an alert has the alert's own shape for its ground: no overlay of a shape with its own rounded self, which takes seconds at 41,000 vertices.
        if (geometry.NumPoints == ground.NumPoints && GeoJsonShape.Write(geometry) == _groundText.Value) return;
        double inside = geometry.EnvelopeInternal.Intersects(ground.EnvelopeInternal) ? GroundArea.SquareKilometres(Overlap(geometry, ground)) : 0;
        double outside = Math.Clamp(1 - inside / Math.Max(area, 1e-12), 0, 1);
        if (outside <= config.OutsideShareMax) return;
        holds.Add(inside <= 0 && LiesInsideWhenSwapped(geometry, ground) ? AreaHolds.Swapped(jurisdiction.Name)
            : neighbours.OfSender(alert) is { } neighbour ? AreaHolds.Neighbour(neighbour) : AreaHolds.Outside(jurisdiction.Name, outside));
    }

    // Within a degree of it, shapes across the meridian are daily business.
    private bool LiesAtAntimeridian() => jurisdiction.Shape is { } ground && Math.Max(Math.Abs(ground.EnvelopeInternal.MinX), Math.Abs(ground.EnvelopeInternal.MaxX)) > 179;

    private static Geometry Overlap(Geometry a, Geometry b) =>
        NetTopologySuite.Operation.OverlayNG.OverlayNGRobust.Overlay(a, b, NetTopologySuite.Operation.Overlay.SpatialFunction.Intersection);

    private static bool LiesInsideWhenSwapped(Geometry geometry, Geometry ground)
    {
        var swapped = new Envelope(geometry.EnvelopeInternal.MinY, geometry.EnvelopeInternal.MaxY, geometry.EnvelopeInternal.MinX, geometry.EnvelopeInternal.MaxX);
        return swapped.Intersects(ground.EnvelopeInternal);
    }
}
