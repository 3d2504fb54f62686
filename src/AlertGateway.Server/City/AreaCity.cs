using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;
using NetTopologySuite.Geometries;

namespace AlertGateway.Server.City;

/// <summary>
/// A city made around the area of any alert: a grid of towns and villages over its extent, two thirds of the households inside, one third outside as the control group that must hear nothing. An alert with codes only gets households that carry its
/// codes as rows, on a schematic square at 0° 0° whose eastern third is the control group's. The jurisdiction is the alert's own area.
/// </summary>
public sealed class AreaCity : CityPlan
{
    private const int TownsPerSide = 3, VillagesPerTownSide = 4, Rows = 2_048;

    private readonly Geometry? _shape;
    private readonly Envelope _extent;
    private readonly IReadOnlyList<(string ValueName, string Value)> _codes;

    private AreaCity(Geometry? shape, IReadOnlyList<(string, string)> codes)
    {
        (_shape, _codes) = (shape, codes);
        _extent = shape is null ? new Envelope(-0.2, 0.2, -0.2, 0.2) : shape.EnvelopeInternal.Copy();
        // A fifth more on every side: where the control group lives. Kept within the map.
        _extent.ExpandBy(Math.Max(0.005, _extent.Width * 0.2), Math.Max(0.005, _extent.Height * 0.2));
        _extent = new Envelope(Math.Max(-180, _extent.MinX), Math.Min(180, _extent.MaxX), Math.Max(-90, _extent.MinY), Math.Min(90, _extent.MaxY));
        Jurisdiction = new Jurisdiction(Name, null, shape);
        (Towns, Villages) = Grid();
    }

    public override string Name => "合成区域 Synthetic area";

    public override Jurisdiction Jurisdiction { get; }

    public override DangerZones DangerZones => DangerZones.None;

    public override IReadOnlyList<Division> Towns { get; }

    public override IReadOnlyList<Division> Villages { get; }

    public override IReadOnlyList<SiteKind> SiteKinds { get; } =
        [new("school", "学校 School", 4, 100, 900, 0, 60), new("hospital", "医院 Hospital", 1, 60, 600, 30, 400), new("hotel", "宾馆 Hotel", 2, 10, 120, 20, 300), new("factory", "工厂 Factory", 3, 40, 600, 5, 200)];

    /// <exception cref="InvalidDataException">The alert has neither a usable shape nor a code.</exception>
    public static AreaCity Around(Alert alert, TargetingConfig config)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var shapes = AreaShapes.Of(alert, config);
        var codes = alert.Infos.SelectMany(i => i.Areas)
            .Where(a => a.Polygons.Count + a.Circles.Count == 0)
            .SelectMany(a => a.Geocodes)
            .Where(c => c.Value.Length > 0 && c.ValueName != Area.ExcludePolygonName)
            .Select(c => (c.ValueName, c.Value))
            .Distinct()
            .ToList();
        if (shapes.Geometry is null or { IsEmpty: true } && codes.Count == 0)
        {
            throw new InvalidDataException("The alert has no area that a city could be made around: " + (shapes.Holds.Count > 0 ? shapes.Holds[0].SentenceEnglish : "neither polygon nor circle nor code."));
        }
        return new AreaCity(shapes.Geometry, codes);
    }

    /// <summary>True for households of the control group: every third.</summary>
    private static bool IsControl(int index) => index % 3 == 2;

    public override HouseholdPlace[] Place(int households, ulong seed)
    {
        var random = new CityRandom(seed ^ CityRandom.SeedOf("area"));
        var inside = _shape is null ? null : new RingIndex(_shape, Math.Clamp(_shape.NumPoints / 4, 16, 8_192));
        var rows = _shape is null ? null : SampleRows(_shape, random);
        var places = new HouseholdPlace[households];
        for (int i = 0; i < households; i++)
        {
            Coordinate point;
            if (rows is null) point = Beside(IsControl(i), random);
            else if (IsControl(i)) point = Outside(inside!, random);
            else point = Inside(rows, inside!, random);
            places[i] = new HouseholdPlace(VillageAt(point), point.Y, point.X);
        }
        return places;
    }

    public override IReadOnlyDictionary<(string ValueName, string Value), int[]> CodeRows(HouseholdPlace[] places)
    {
        ArgumentNullException.ThrowIfNull(places);
        var rows = new Dictionary<(string, string), int[]>();
        foreach (var system in _codes.GroupBy(c => c.ValueName))
        {
            // The values of one code system share the households of the area; each system covers all of them.
            var values = system.ToList();
            var lists = values.Select(_ => new List<int>()).ToList();
            for (int i = 0, n = 0; i < places.Length; i++)
            {
                if (!IsControl(i)) lists[n++ % lists.Count].Add(i + 1);
            }
            for (int v = 0; v < values.Count; v++) rows[values[v]] = [.. lists[v]];
        }
        return rows;
    }

    // Codes only: the control group has the eastern third, and villages, to itself.
    private Coordinate Beside(bool control, CityRandom random) =>
        new(_extent.MinX + (control ? 0.667 + 0.333 * random.Unit() : 0.666 * random.Unit()) * _extent.Width, _extent.MinY + random.Unit() * _extent.Height);

    private Coordinate Anywhere(CityRandom random) => new(_extent.MinX + random.Unit() * _extent.Width, _extent.MinY + random.Unit() * _extent.Height);

    // The extent is half as large again as the shape, so a few draws find a point outside; the corner is outside in any case.
    private Coordinate Outside(RingIndex inside, CityRandom random)
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            var point = Anywhere(random);
            if (!inside.Covers(point.X, point.Y)) return point;
        }
        return new Coordinate(_extent.MinX, _extent.MinY);
    }

    private static Coordinate Inside(List<(double Y, double From, double To)> rows, RingIndex inside, CityRandom random)
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            var (y, from, to) = rows[random.Below(rows.Count)];
            double x = from + random.Unit() * (to - from);
            if (inside.Covers(x, y)) return new Coordinate(x, y);
        }
        var row = rows[random.Below(rows.Count)];
        return new Coordinate((row.From + row.To) / 2, row.Y);
    }

    // Horizontal cuts through the shape at the height of random edges: every part of it, however small or thin, is cut by some.
    private static List<(double Y, double From, double To)> SampleRows(Geometry shape, CityRandom random)
    {
        var edges = new List<(double X1, double Y1, double X2, double Y2)>();
        for (int g = 0; g < shape.NumGeometries; g++)
        {
            if (shape.GetGeometryN(g) is not Polygon { IsEmpty: false } polygon) continue;
            foreach (var ring in polygon.InteriorRings.Prepend(polygon.ExteriorRing))
            {
                var points = ring.Coordinates;
                for (int i = 1; i < points.Length; i++) edges.Add((points[i - 1].X, points[i - 1].Y, points[i].X, points[i].Y));
            }
        }
        var sloped = edges.Where(e => e.Y1 != e.Y2).ToList();
        var rows = new List<(double, double, double)>();
        var crossings = new List<double>();
        for (int r = 0; r < Rows; r++)
        {
            var edge = sloped[random.Below(sloped.Count)];
            double y = edge.Y1 + (0.02 + 0.96 * random.Unit()) * (edge.Y2 - edge.Y1);
            crossings.Clear();
            foreach (var (x1, y1, x2, y2) in sloped)
            {
                if (y1 > y != y2 > y) crossings.Add(x1 + (y - y1) / (y2 - y1) * (x2 - x1));
            }
            crossings.Sort();
            for (int i = 0; i + 1 < crossings.Count; i += 2)
            {
                if (crossings[i + 1] > crossings[i]) rows.Add((y, crossings[i], crossings[i + 1]));
            }
        }
        return rows;
    }

    private int VillageAt(Coordinate point)
    {
        const int Side = TownsPerSide * VillagesPerTownSide;
        int column = Math.Clamp((int)((point.X - _extent.MinX) / _extent.Width * Side), 0, Side - 1), row = Math.Clamp((int)((point.Y - _extent.MinY) / _extent.Height * Side), 0, Side - 1);
        int town = row / VillagesPerTownSide * TownsPerSide + column / VillagesPerTownSide;
        return town * VillagesPerTownSide * VillagesPerTownSide + row % VillagesPerTownSide * VillagesPerTownSide + column % VillagesPerTownSide;
    }

    // Codes begin with 99, which no province has.
    private (IReadOnlyList<Division>, IReadOnlyList<Division>) Grid()
    {
        var towns = new List<Division>();
        var villages = new List<Division>();
        for (int town = 0; town < TownsPerSide * TownsPerSide; town++)
        {
            int townRow = town / TownsPerSide, townColumn = town % TownsPerSide;
            towns.Add(new Division(string.Create(CultureInfo.InvariantCulture, $"990101{town + 1:000}000"), string.Create(CultureInfo.InvariantCulture, $"合成镇{town + 1}"), -1,
                _extent.MinY + (townRow + 0.5) / TownsPerSide * _extent.Height, _extent.MinX + (townColumn + 0.5) / TownsPerSide * _extent.Width, 0));
            for (int village = 0; village < VillagesPerTownSide * VillagesPerTownSide; village++)
            {
                double row = townRow * VillagesPerTownSide + village / VillagesPerTownSide + 0.5, column = townColumn * VillagesPerTownSide + village % VillagesPerTownSide + 0.5;
                villages.Add(new Division(string.Create(CultureInfo.InvariantCulture, $"990101{town + 1:000}{village + 1:000}"), string.Create(CultureInfo.InvariantCulture, $"合成镇{town + 1} {village + 1}村"), town,
                    _extent.MinY + row / (TownsPerSide * VillagesPerTownSide) * _extent.Height, _extent.MinX + column / (TownsPerSide * VillagesPerTownSide) * _extent.Width, 0));
            }
        }
        return (towns, villages);
    }
}
