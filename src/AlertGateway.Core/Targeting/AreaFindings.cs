using System.Globalization;
using AlertGateway.Cap;

namespace AlertGateway.Core.Targeting;

/// <summary>What geometry makes of an alert's shapes, as findings for <c>agw cap check</c>. They change no disposition: where a repair is in doubt, targeting holds the alert for a person.</summary>
public static class AreaFindings
{
    private const int FindingsMax = 50;

    public static IReadOnlyList<Finding> Of(Alert alert, TargetingConfig config)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(config);
        var findings = new List<Finding>();
        for (int i = 0; i < alert.Infos.Count; i++)
        {
            for (int a = 0; a < alert.Infos[i].Areas.Count && findings.Count < FindingsMax; a++) OfArea(alert.Infos[i].Areas[a], $"/alert/info[{i}]/area[{a}]", config, findings);
        }

        return findings;
    }

    private static void OfArea(Area area, string path, TargetingConfig config, List<Finding> findings)
    {
        for (int p = 0; p < area.Polygons.Count; p++) OfRing(area.Polygons[p], $"{path}/polygon[{p}]", config, findings);
        for (int c = 0; c < area.Circles.Count; c++)
        {
            if (area.Circles[c].RadiusKm < config.MinimumRadiusKm)
                Add(findings, FindingCodes.CircleWidened, $"{path}/circle[{c}]", string.Create(CultureInfo.InvariantCulture, $"The circle of {area.Circles[c].RadiusKm:0.###} km counts as one of {config.MinimumRadiusKm:0.###} km."));
        }

        for (int e = 0; e < area.ExcludedPolygons.Count; e++)
        {
            Add(findings, FindingCodes.PolygonExcluded, path, $"A ring of {area.ExcludedPolygons[e].Points.Count} points is cut out of the area.");
            OfRing(area.ExcludedPolygons[e], path, config, findings);
        }
    }

    private static void OfRing(CapPolygon polygon, string path, TargetingConfig config, List<Finding> findings)
    {
        var ring = RingRepair.Of(polygon, config);
        if (ring.Crosses) Add(findings, FindingCodes.PolygonCut, path, $"The polygon crosses the 180° meridian and was cut there into {ring.Pieces} pieces.");
        if (ring.Unclear) Add(findings, FindingCodes.PolygonUnclear, path, $"The polygon crosses itself; all {ring.Pieces} of its pieces are kept, and a person decides what was meant.");
        else if (ring.Mended) Add(findings, FindingCodes.PolygonMended, path, $"The polygon touches or crosses itself without covering other ground; it was made valid in {ring.Pieces} piece(s).");
        else if (ring.Shape is null) Add(findings, FindingCodes.PolygonUnclear, path, ring.Hold is { } hold ? hold.SentenceEnglish : "No ground can be made of the polygon.");
    }

    private static void Add(List<Finding> findings, FindingCode code, string path, string message)
    {
        if (findings.Count < FindingsMax) findings.Add(new Finding(code.Code, code.Level, path, message));
    }
}
