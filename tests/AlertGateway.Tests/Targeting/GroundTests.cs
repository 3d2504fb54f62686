using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Cap;
using AlertGateway.Tests.Registry;
using CsCheck;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Valid;

namespace AlertGateway.Tests.Targeting;

/// <summary>Shapes that senders draw badly or across the world's seam, codes that need an outline, and places next door.</summary>
public sealed class GroundTests : IDisposable
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);
    private readonly TemporaryRegistry _registry = new TemporaryRegistry().WithASmallTown();
    private readonly RegistrySnapshot _snapshot;

    public GroundTests() => _snapshot = _registry.Store.LoadSnapshot();

    public void Dispose() => _registry.Dispose();

    [Theory]
    [InlineData("-18,179 -18,181 -16,181 -16,179 -18,179")]
    [InlineData("-18,179 -18,-179 -16,-179 -16,179 -18,179")]
    [InlineData("-16,-181 -16,-179 -18,-179 -18,-181 -16,-181")]
    public void A_shape_across_the_antimeridian_is_cut_into_its_two_halves(string polygon)
    {
        var shape = Shapes(polygon);
        Assert.True(shape.CrossesAntimeridian);
        Assert.Empty(shape.Holds);
        var geometry = shape.Geometry!;
        Assert.Equal(2, geometry.NumGeometries);
        Assert.True(new IsValidOp(geometry).IsValid);
        Assert.InRange(geometry.EnvelopeInternal.MinX, -180, -180);
        Assert.InRange(geometry.EnvelopeInternal.MaxX, 180, 180);
        Assert.All((double[])[179.5, -179.5], x => Assert.True(geometry.Covers(Factory.CreatePoint(new Coordinate(x, -17)))));
        Assert.False(geometry.Covers(Factory.CreatePoint(new Coordinate(0, -17))));
    }

    [Fact]
    public void A_circle_at_the_antimeridian_reaches_both_sides()
    {
        var area = new Area { AreaDesc = "x", Circles = [new CapCircle(new GeoPoint(-17, 179.9), 50)] };
        var geometry = AreaShapes.Of(AnAlert(area), new TargetingConfig()).Geometry!;
        Assert.All((double[])[179.6, -179.8], x => Assert.True(geometry.Covers(Factory.CreatePoint(new Coordinate(x, -17)))));
        Assert.InRange(GroundArea.SquareKilometres(geometry), 7_800, 7_900);
    }

    [Fact]
    public void A_ring_around_the_pole_is_for_a_person() =>
        Assert.Equal("area.antimeridian", Assert.Single(Shapes("80,0 80,90 80,180 80,-90 80,0").Holds).Code);

    [Fact]
    public void Across_the_antimeridian_is_doubtful_here_and_daily_business_in_Fiji()
    {
        var alert = AnAlert(APolygon("-18,179 -18,181 -16,181 -16,179 -18,179"));
        Assert.Contains("area.antimeridian", Room().Plan(alert, WarningColour.Red).Holds.Select(h => h.Code));
        var fiji = new TargetingRoom(_snapshot, new TargetingConfig(), DangerZones.None, Jurisdiction.FromGeoJson("Fiji", null,
            """{"type":"MultiPolygon","coordinates":[[[[176,-20],[180,-20],[180,-15],[176,-15],[176,-20]]],[[[-180,-20],[-178,-20],[-178,-15],[-180,-15],[-180,-20]]]]}"""));
        Assert.DoesNotContain("area.antimeridian", fiji.Plan(alert, WarningColour.Red).Holds.Select(h => h.Code));
    }

    [Fact]
    public void No_lobe_of_a_self_crossing_shape_is_lost() =>
        // Any ring at all: whatever point the pen went around in one direction or the other stays inside.
        Gen.Select(Gen.Double[119, 120], Gen.Double[31, 32]).Array[4, 12].Sample(points =>
        {
            Coordinate[] ring = [.. points.Select(p => new Coordinate(p.Item1, p.Item2)), new Coordinate(points[0].Item1, points[0].Item2)];
            var polygon = new CapPolygon([.. ring.Select(c => new GeoPoint(c.Y, c.X))]);
            var shape = AreaShapes.Of(AnAlert(new Area { AreaDesc = "x", Polygons = [polygon] }), new TargetingConfig()).Geometry;
            if (shape is null) return true;
            var locator = new NetTopologySuite.Algorithm.Locate.IndexedPointInAreaLocator(shape);
            return new IsValidOp(shape).IsValid && Grid().All(c => EvenOdd(ring, c) == 0 || locator.Locate(c) != Location.Exterior);
        }, iter: 60, threads: 2);

    [Fact]
    public void The_largest_real_polygon_is_one_valid_shape_of_the_same_ground()
    {
        var alert = Corpus.Read("c0088.xml", new CapReaderOptions { VerifySignatures = false }).Messages[0].Alert!;
        var shape = AreaShapes.Of(alert, new TargetingConfig());
        Assert.True(new IsValidOp(shape.Geometry).IsValid);
        Assert.True(shape.Geometry!.NumPoints > 30_000);
    }

    [Theory]
    [InlineData("UGC", "NYZ072", true)]
    [InlineData("ugc", " nyz072 ", true)]
    [InlineData("UGC", "NYZ073", false)]
    [InlineData("SAME", "NYZ072", false)]
    public void A_boundary_pack_resolves_its_own_codes(string valueName, string value, bool known) =>
        Assert.Equal(known, Pack("UGC", "NYZ072").Find(valueName, value) is not null);

    [Fact]
    public void Codes_of_levels_are_found_by_what_they_begin_with_and_names_by_a_star()
    {
        var pack = BoundaryBook.Parse(Encoding.UTF8.GetBytes("""
            {"type":"FeatureCollection","valueNames":["profile:CAP-CP:Location:*"],"codeProperty":"sgc","hierarchical":true,"features":[
            {"type":"Feature","properties":{"sgc":1310001},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
            {"type":"Feature","properties":{"sgc":"1310002"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}},
            {"type":"Feature","properties":{"sgc":"2410002"},"geometry":{"type":"Polygon","coordinates":[[[5,0],[6,0],[6,1],[5,1],[5,0]]]}}]}
            """));
        Assert.Equal(3, pack.Codes);
        Assert.Equal(2, pack.Find("profile:CAP-CP:Location:0.3", "13")!.Area, 9);
        Assert.Equal(1, pack.Find("profile:CAP-CP:Location:1.0", "1310002")!.Area, 9);
        Assert.Null(pack.Find("profile:CAP-CP:Event:0.3", "13"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"valueNames":["UGC"],"codeProperty":"c","features":[{"properties":{},"geometry":null}]}""")]
    public void What_is_no_pack_is_refused(string json) => Assert.Throws<InvalidDataException>(() => BoundaryBook.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_foreign_code_reaches_the_households_of_its_outline_and_an_unknown_one_is_never_nobody_in_silence()
    {
        var room = Room(boundaries: Pack("UGC", "NYZ072"));
        var known = room.Plan(AnAlert(ACode("UGC", "NYZ072")), WarningColour.Red);
        Assert.Empty(known.Holds);
        Assert.Equal([1, 2], known.Audience.HouseholdNos);
        Assert.NotNull(known.Area.GeoJson);
        Assert.Equal("area.unresolved-code", Assert.Single(room.Plan(AnAlert(ACode("UGC", "NYZ099")), WarningColour.Red).Holds).Code);
    }

    [Fact]
    public void A_shape_beside_a_code_with_an_outline_is_what_was_meant()
    {
        var area = APolygon("31.45,119.45 31.45,119.47 31.47,119.47 31.47,119.45 31.45,119.45") with { Geocodes = [new NamedValue("UGC", "NYZ072")] };
        Assert.DoesNotContain(1, Room(boundaries: Pack("UGC", "NYZ072")).Plan(AnAlert(area), WarningColour.Red).Audience.HouseholdNos);
    }

    [Fact]
    public void Canadas_shape_replaces_the_codes_beside_it()
    {
        var area = APolygon("31.39,119.39 31.39,119.402 31.42,119.402 31.42,119.39 31.39,119.39") with { Geocodes = [new NamedValue(CmaProfile.GeocodeName, "320481000000")] };
        var union = Room().Plan(AnAlert(area), WarningColour.Red).Audience.HouseholdNos;
        var replaced = Room().Plan(AnAlert(area) with { Codes = ["profile:CAP-CP:0.4"] }, WarningColour.Red).Audience.HouseholdNos;
        Assert.True(replaced.Length < union.Length, $"{replaced.Length} of {union.Length}");
    }

    [Fact]
    public void A_neighbours_warning_goes_to_the_desk_under_its_name_with_its_minutes()
    {
        var neighbours = Neighbours.Parse("""[{"name":"郎溪县","nameEnglish":"Langxi","divisionCode":"341821","upstreamMinutes":180},]""");
        var hold = Assert.Single(Room(neighbours).Plan(AnAlert(ACode(CmaProfile.GeocodeName, "341821103000")), WarningColour.Red).Holds);
        Assert.Equal("area.neighbour", hold.Code);
        Assert.Contains("郎溪县", hold.Sentence, StringComparison.Ordinal);
        Assert.Contains("180", hold.Sentence, StringComparison.Ordinal);
        Assert.Equal("area.outside-jurisdiction", Assert.Single(Room(neighbours).Plan(AnAlert(ACode(CmaProfile.GeocodeName, "330521000000")), WarningColour.Red).Holds).Code);
        var drawn = AnAlert(APolygon("30.1,119.1 30.1,119.2 30.2,119.2 30.2,119.1 30.1,119.1")) with { Identifier = "34182141600000_20260705021000" };
        Assert.Contains("area.neighbour", Room(neighbours).Plan(drawn, WarningColour.Red).Holds.Select(h => h.Code));
    }

    [Fact]
    public void The_citys_neighbours_are_named_in_its_configuration()
    {
        var file = Path.Combine(Corpus.RepositoryRoot(), "config", "cities", "liyang", "neighbours.json");
        var neighbours = Neighbours.Parse(File.ReadAllText(file));
        Assert.Equal(["郎溪县", "广德市"], neighbours.All.Take(2).Select(n => n.Name));
        Assert.Equal("郎溪县", neighbours.OfCode("341821100201")?.Name);
        Assert.Null(neighbours.OfCode("320481000000"));
    }

    private static IEnumerable<Coordinate> Grid()
    {
        for (var x = 0.013; x < 1; x += 0.0771)
        {
            for (var y = 0.017; y < 1; y += 0.0773) yield return new Coordinate(119 + x, 31 + y);
        }
    }

    /// <summary>1 where a line to the outside crosses the ring an odd number of times: inside one lobe for certain.</summary>
    private static int EvenOdd(Coordinate[] ring, Coordinate p)
    {
        var crossings = 0;
        for (var i = 1; i < ring.Length; i++)
        {
            var (a, b) = (ring[i - 1], ring[i]);
            if (a.Y > p.Y != b.Y > p.Y && p.X < (b.X - a.X) * (p.Y - a.Y) / (b.Y - a.Y) + a.X) crossings++;
        }

        return crossings & 1;
    }

    private static AreaShapes Shapes(string polygon) => AreaShapes.Of(AnAlert(APolygon(polygon)), new TargetingConfig());

    private static BoundaryBook Pack(string valueName, string code) => BoundaryBook.Parse(Encoding.UTF8.GetBytes(
        $$$"""{"type":"FeatureCollection","valueNames":["{{{valueName}}}"],"codeProperty":"code","features":[{"type":"Feature","properties":{"code":"{{{code}}}"},"geometry":{"type":"Polygon","coordinates":[[[119.39,31.39],[119.42,31.39],[119.42,31.42],[119.39,31.42],[119.39,31.39]]]}}]}"""));

    private TargetingRoom Room(Neighbours? neighbours = null, BoundaryBook? boundaries = null) =>
        new(_snapshot, new TargetingConfig(), DangerZones.None, Jurisdiction.FromGeoJson("溧阳市", "320481000000", """{"type":"Polygon","coordinates":[[[119,31],[120,31],[120,32],[119,32],[119,31]]]}"""), neighbours, boundaries);

    private static Alert AnAlert(params Area[] areas) => new() { Identifier = "1", Sender = "s", SentText = "2026-07-05T02:10:00+08:00", Status = AlertStatus.Actual, Infos = [new Info { Areas = areas }] };

    private static Area ACode(string valueName, string code) => new() { AreaDesc = "区域", Geocodes = [new NamedValue(valueName, code)] };

    private static Area APolygon(string text) => new()
    {
        AreaDesc = "区域",
        Polygons = [new CapPolygon([.. text.Split(' ').Select(p => p.Split(',')).Select(p => new GeoPoint(double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))])],
    };
}
