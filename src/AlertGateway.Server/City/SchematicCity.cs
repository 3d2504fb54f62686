using System.Text.Json;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;
using NetTopologySuite.Geometries;

namespace AlertGateway.Server.City;

/// <summary>A real county on its real division codes and outline, with households in schematic cells (示意, 合成数据). Read from a folder such as <c>config/cities/liyang</c>.</summary>
public sealed class SchematicCity : CityPlan
{
    private const int SeatCandidates = 24;

    private readonly RingIndex[] _cells;
    private readonly double[] _weights;
    private readonly bool[] _isCommunity;

    private SchematicCity(string name, Jurisdiction jurisdiction, DangerZones zones, IReadOnlyList<SiteKind> kinds, IReadOnlyList<Division> towns, IReadOnlyList<Division> villages, RingIndex[] cells)
    {
        (Name, Jurisdiction, DangerZones, SiteKinds, Towns, Villages, _cells) = (name, jurisdiction, zones, kinds, towns, villages, cells);
        _isCommunity = [.. villages.Select(v => string.CompareOrdinal(v.Code, 9, "200", 0, 3) < 0)];
        // Log-normal sizes, communities (居委会, codes below 200) larger; fixed by the code, so that a village is large in every city of every seed.
        _weights = [.. villages.Select((v, i) => Math.Exp(0.45 * new CityRandom(CityRandom.SeedOf("size" + v.Code)).Normal()) * (_isCommunity[i] ? 1.9 : 1.0))];
    }

    public override string Name { get; }

    public override Jurisdiction Jurisdiction { get; }

    public override DangerZones DangerZones { get; }

    public override IReadOnlyList<Division> Towns { get; }

    public override IReadOnlyList<Division> Villages { get; }

    public override IReadOnlyList<SiteKind> SiteKinds { get; }

    /// <summary>Reads <c>city.json</c> and the files that it names.</summary>
    /// <exception cref="InvalidDataException">A town without a cell, a village without a town, or a line of another form.</exception>
    public static SchematicCity Read(string folder)
    {
        using var city = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "city.json")));
        string Named(string file) => File.ReadAllText(Path.Combine(folder, city.RootElement.GetProperty(file).GetString() ?? throw new InvalidDataException("city.json names no " + file)));
        string name = city.RootElement.GetProperty("name").GetString() ?? "";
        var jurisdiction = Jurisdiction.FromGeoJson(name, city.RootElement.GetProperty("divisionCode").GetString(), Named("outline"));
        var cells = ReadCells(Named("towns"));
        var towns = new List<Division>();
        var villages = new List<Division>();
        var townCells = new List<RingIndex>();
        var lines = Named("divisions").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.TrimEnd('\r').Split(',')).ToList();
        foreach (string[] line in lines)
        {
            if (line.Length != 4) throw new InvalidDataException("divisions.csv has a line without four columns.");
            if (line[0] != "town") continue;
            if (!cells.TryGetValue(line[1], out var cell)) throw new InvalidDataException($"Town {line[1]} has no schematic cell.");
            towns.Add(new Division(line[1], line[2], -1, cell.Seat.Y, cell.Seat.X, 0));
            townCells.Add(new RingIndex(cell.Shape, 64));
        }
        foreach (string[] line in lines.Where(l => l[0] == "village"))
        {
            int town = towns.FindIndex(t => t.Code == line[3]);
            if (town < 0) throw new InvalidDataException($"Village {line[1]} names no town.");
            var seat = Seat(line[1], townCells[town], villages.Where(v => v.ParentIndex == town));
            villages.Add(new Division(line[1], line[2], town, seat.Y, seat.X, 0));
        }
        return new SchematicCity(name, jurisdiction, DangerZones.Parse(Named("dangerZones")), ReadKinds(Named("siteKinds")), towns, villages, [.. townCells]);
    }

    public override HouseholdPlace[] Place(int households, ulong seed)
    {
        var places = new HouseholdPlace[households];
        int[] quota = Shares.Divide(households, _weights);
        int next = 0;
        for (int village = 0; village < quota.Length; village++)
        {
            var division = Villages[village];
            var random = new CityRandom(seed ^ CityRandom.SeedOf(division.Code));
            double spreadKm = _isCommunity[village] ? 0.45 : 1.0;
            for (int i = 0; i < quota[village]; i++) places[next++] = PlaceAround(division, village, spreadKm, random);
        }
        return places;
    }

    // Clipped to the town's cell: what falls outside is drawn again, and at last stands at the seat.
    private HouseholdPlace PlaceAround(Division village, int index, double spreadKm, CityRandom random)
    {
        const double KmPerDegree = 111.195;
        double kmPerDegreeLongitude = KmPerDegree * Math.Cos(double.DegreesToRadians(village.LatitudeDegrees));
        for (int attempt = 0; attempt < 16; attempt++)
        {
            double latitude = Math.Round(village.LatitudeDegrees + random.Normal() * spreadKm / KmPerDegree, 6), longitude = Math.Round(village.LongitudeDegrees + random.Normal() * spreadKm / kmPerDegreeLongitude, 6);
            if (_cells[village.ParentIndex].Covers(longitude, latitude)) return new HouseholdPlace(index, latitude, longitude);
        }
        return new HouseholdPlace(index, village.LatitudeDegrees, village.LongitudeDegrees);
    }

    // Best of some candidates: the one farthest from the seats that stand already. Seeded by the code, so a village has one place in every city.
    private static Coordinate Seat(string code, RingIndex cell, IEnumerable<Division> neighbours)
    {
        var random = new CityRandom(CityRandom.SeedOf("seat" + code));
        var taken = neighbours.ToList();
        Coordinate? best = null;
        double bestDistance = -1;
        for (int found = 0, tries = 0; found < SeatCandidates && tries < 10_000; tries++)
        {
            var extent = cell.Envelope;
            double x = Math.Round(extent.MinX + random.Unit() * extent.Width, 5), y = Math.Round(extent.MinY + random.Unit() * extent.Height, 5);
            if (!cell.Covers(x, y)) continue;
            found++;
            double distance = taken.Count == 0 ? 0 : taken.Min(n => GroundArea.DistanceKm(n.LatitudeDegrees, n.LongitudeDegrees, y, x));
            if (distance > bestDistance) (best, bestDistance) = (new Coordinate(x, y), distance);
        }
        return best ?? throw new InvalidDataException($"The cell of {code} is too thin to place a seat in.");
    }

    private static Dictionary<string, (Coordinate Seat, Geometry Shape)> ReadCells(string geoJson)
    {
        using var document = JsonDocument.Parse(geoJson);
        var cells = new Dictionary<string, (Coordinate, Geometry)>(StringComparer.Ordinal);
        foreach (var feature in document.RootElement.GetProperty("features").EnumerateArray())
        {
            var properties = feature.GetProperty("properties");
            var seed = properties.GetProperty("seed");
            cells.Add(properties.GetProperty("code").GetString() ?? "", (new Coordinate(seed[0].GetDouble(), seed[1].GetDouble()), GeoJsonShape.Parse(feature.GetRawText())));
        }
        return cells;
    }

    internal static IReadOnlyList<SiteKind> ReadKinds(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("kinds").EnumerateArray().Select(k => new SiteKind(k.GetProperty("kind").GetString() ?? "", k.GetProperty("name").GetString() ?? "", k.GetProperty("weight").GetInt32(),
            k.GetProperty("day")[0].GetInt32(), k.GetProperty("day")[1].GetInt32(), k.GetProperty("night")[0].GetInt32(), k.GetProperty("night")[1].GetInt32()))];
    }
}
