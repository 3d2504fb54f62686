using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Registry;

namespace AlertGateway.Tests.Targeting;

public sealed class TargetingRoomTests : IDisposable
{
    private const string Outline = """{"type":"Polygon","coordinates":[[[119,31],[120,31],[120,32],[119,32],[119,31]]]}""";
    private readonly TemporaryRegistry _registry = new TemporaryRegistry().WithASmallTown();
    private readonly RegistrySnapshot _snapshot;

    public TargetingRoomTests() => _snapshot = _registry.Store.LoadSnapshot();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public void A_polygon_reaches_the_households_in_it_and_no_others()
    {
        var result = Room().Plan(AnAlert(APolygon("31.39,119.39 31.39,119.42 31.42,119.42 31.42,119.39 31.39,119.39")), WarningColour.Red);
        Assert.Empty(result.Holds);
        Assert.Equal([1, 2], result.Audience.HouseholdNos);
        Assert.Equal([1, 2], Channel(result, ChannelKind.Sms).Order());
        Assert.Equal([6], Channel(result, ChannelKind.Push));
        Assert.Equal([7], Channel(result, ChannelKind.Loudspeaker));
        Assert.Equal([8], Channel(result, ChannelKind.Broadcast));
        Assert.Equal((1, 1, 2, 3, 0), (result.Audience.Counts.Towns, result.Audience.Counts.Villages, result.Audience.Counts.Households, result.Audience.Counts.Persons, result.Audience.Counts.UnreachableHouseholds));
    }

    [Theory]
    [InlineData(WarningColour.Blue, new[] { 1, 5 }, 0, 0)]
    [InlineData(WarningColour.Yellow, new[] { 1, 5 }, 0, 0)]
    [InlineData(WarningColour.Orange, new[] { 1, 2, 3, 4, 5 }, 1, 0)]
    [InlineData(WarningColour.Red, new[] { 1, 2, 3, 4, 5 }, 1, 1)]
    public void The_colour_decides_who_is_told_by_default(WarningColour colour, int[] sms, int horns, int stations)
    {
        var result = Room().Plan(AnAlert(ACode("320481000000")), colour);
        Assert.Empty(result.Holds);
        Assert.Equal(sms, Channel(result, ChannelKind.Sms).Order());
        Assert.Equal([6], Channel(result, ChannelKind.Push));
        Assert.Equal(horns, Channel(result, ChannelKind.Loudspeaker).Length);
        Assert.Equal(stations, Channel(result, ChannelKind.Broadcast).Length);
    }

    [Fact]
    public void The_danger_zone_comes_first_then_the_vulnerable_then_the_responsible()
    {
        var zone = new DangerZone("z", "below-reservoir", "坝下", "below", GeoJsonShape.Parse("""{"type":"Polygon","coordinates":[[[119.45,31.45],[119.47,31.45],[119.47,31.47],[119.45,31.47],[119.45,31.45]]]}"""), 20, "", "", "", "", true);
        var result = Room(new DangerZones([zone])).Plan(AnAlert(ACode("320481")), WarningColour.Red);
        // Household 3 lies in the zone (phones 3 and 4), 2 and 1 hold vulnerable persons (2 is nearer), 4 has the receiver of a site.
        Assert.Equal([3, 4, 2, 1, 5], Channel(result, ChannelKind.Sms));
        Assert.Equal(1, result.Audience.Counts.DangerZoneHouseholds);
        Assert.Equal([0, 1, 0, 0, 0], result.Audience.Channels[0].Languages.Select(l => (int)l));
    }

    [Theory]
    [InlineData(AlertStatus.Exercise)]
    [InlineData(AlertStatus.Test)]
    public void An_exercise_reaches_exercise_endpoints_only(AlertStatus status)
    {
        var result = Room().Plan(AnAlert(ACode("320481")) with { Status = status }, WarningColour.Red);
        Assert.Equal([9], Assert.Single(result.Audience.Channels).EndpointNos);
        Assert.Equal([1], result.Audience.HouseholdNos);
    }

    [Theory]
    [InlineData(AlertStatus.System)]
    [InlineData(AlertStatus.Draft)]
    [InlineData(AlertStatus.Unknown)]
    public void Any_other_status_reaches_nobody(AlertStatus status)
    {
        var result = Room().Plan(AnAlert(ACode("320481")) with { Status = status }, WarningColour.Red);
        Assert.Contains(result.Holds, h => h.Code == "status.not-disseminated");
        Assert.Empty(result.Audience.Channels);
        Assert.Empty(result.Audience.HouseholdNos);
    }

    [Fact]
    public void A_loudspeaker_has_the_order_of_languages_of_its_village()
    {
        var village = _snapshot.Villages[_snapshot.Loudspeakers.Single(h => h.EndpointNo == 7).VillageIndex].Code;
        var languages = new VillageLanguages { Orders = [["zh", "en"], ["wuu", "zh"]], Villages = new Dictionary<string, int> { [village] = 1 } };
        var area = AnAlert(APolygon("31.39,119.39 31.39,119.42 31.42,119.42 31.42,119.39 31.39,119.39"));
        byte[] Orders(VillageLanguages? of) => new TargetingRoom(_snapshot, new TargetingConfig(), DangerZones.None, AJurisdiction(), languages: of).Plan(area, WarningColour.Red).Audience.Channels.Single(c => c.Channel == ChannelKind.Loudspeaker).Languages;
        Assert.Equal([1], Orders(languages));
        Assert.Equal([0], Orders(null));
    }

    [Fact]
    public void A_disabled_endpoint_is_never_targeted()
    {
        _snapshot.EndpointFlags[1] |= EndpointFlags.Disabled;
        Assert.DoesNotContain(1, Channel(Room().Plan(AnAlert(ACode("320481")), WarningColour.Red), ChannelKind.Sms));
    }

    [Fact]
    public void No_area_is_held_and_is_not_everybody()
    {
        foreach (var alert in new[] { AnAlert(), AnAlert(new Area { AreaDesc = "溧阳市" }), AnAlert() with { Infos = [] } })
        {
            var result = Room().Plan(alert, WarningColour.Red);
            Assert.Equal("area.none", Assert.Single(result.Holds).Code);
            Assert.Empty(result.Audience.HouseholdNos);
            Assert.Empty(result.Audience.Channels);
        }
    }

    [Theory]
    [InlineData("320481106002", "area.unresolved-code")]
    [InlineData("000000000000", "area.unresolved-code")]
    [InlineData("330100000000", "area.outside-jurisdiction")]
    [InlineData("320400000000", "area.oversized")]
    public void A_code_that_cannot_be_taken_holds_the_alert_by_name(string code, string hold)
    {
        var result = Room().Plan(AnAlert(ACode(code)), WarningColour.Red);
        Assert.Equal(hold, Assert.Single(result.Holds).Code);
        Assert.Contains(code, result.Holds[0].Sentence, StringComparison.Ordinal);
        Assert.Contains(code, result.Holds[0].SentenceEnglish, StringComparison.Ordinal);
        Assert.Empty(result.Audience.HouseholdNos);
    }

    [Fact]
    public void Codes_of_any_country_are_taken_from_the_registrys_rows()
    {
        var result = Room().Plan(AnAlert(new Area { AreaDesc = "x", Geocodes = [new NamedValue("SAME", "006015")] }), WarningColour.Red);
        Assert.Empty(result.Holds);
        Assert.Equal([2, 4], result.Audience.HouseholdNos);
        var unknown = Room().Plan(AnAlert(new Area { AreaDesc = "x", Geocodes = [new NamedValue("SAME", "006016")] }), WarningColour.Red);
        Assert.Equal("area.unresolved-code", Assert.Single(unknown.Holds).Code);
    }

    [Theory]
    [InlineData("31.1,119.1 31.1,119.2 31.2,119.2 31.2,119.1 31.1,119.1", "area.empty")]
    [InlineData("31.1,119.1 31.9,119.9 31.1,119.9 31.9,119.1 31.1,119.1", "area.broken")]
    [InlineData("31.1,119.1 31.1,119.2 31.1,119.3 31.1,119.1", "area.empty")]
    [InlineData("41.1,119.1 41.1,119.2 41.2,119.2 41.2,119.1 41.1,119.1", "area.outside-jurisdiction")]
    [InlineData("31.1,119.1 31.1,140 31.2,140 31.2,119.1 31.1,119.1", "area.oversized")]
    [InlineData("31,-179 31,179 32,179 32,-179 31,-179", "area.antimeridian")]
    [InlineData("31,179 31,181 32,181 32,179 31,179", "area.antimeridian")]
    public void Geometry_that_cannot_be_trusted_holds_the_alert(string polygon, string hold)
    {
        var result = Room().Plan(AnAlert(APolygon(polygon)), WarningColour.Red);
        Assert.Contains(hold, result.Holds.Select(h => h.Code));
        Assert.All(result.Holds, h => Assert.False(string.IsNullOrWhiteSpace(h.Sentence) || string.IsNullOrWhiteSpace(h.SentenceEnglish)));
    }

    [Fact]
    public void Latitude_and_longitude_exchanged_are_recognised_where_that_can_be_seen()
    {
        var room = new TargetingRoom(_snapshot, new TargetingConfig(), DangerZones.None, Jurisdiction.FromGeoJson("某县", null, """{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51],[10,50]]]}"""));
        var result = room.Plan(AnAlert(APolygon("10.2,50.2 10.2,50.4 10.4,50.4 10.4,50.2 10.2,50.2")), WarningColour.Red);
        Assert.Contains("area.swapped", result.Holds.Select(h => h.Code));
        var unreadable = Room().Plan(AnAlert(new Area { AreaDesc = "x", UnreadablePolygons = ["119.3,31.4 119.4,31.4 119.4,31.5 119.3,31.4"] }), WarningColour.Red);
        Assert.Equal("area.swapped", Assert.Single(unreadable.Holds).Code);
        Assert.Empty(unreadable.Audience.HouseholdNos);
    }

    [Fact]
    public void A_shape_is_repaired_where_repairing_moves_no_ground()
    {
        // A spike to the left and a doubled point.
        var result = Room().Plan(AnAlert(APolygon("31.39,119.39 31.39,119.42 31.42,119.42 31.42,119.42 31.42,119.39 31.42,119.30 31.42,119.39 31.39,119.39")), WarningColour.Red);
        Assert.Empty(result.Holds);
        Assert.Equal([1, 2], result.Audience.HouseholdNos);
    }

    [Fact]
    public void A_point_is_given_the_configured_least_radius()
    {
        var circle = new Area { AreaDesc = "x", Circles = [new CapCircle(new GeoPoint(31.405, 119.40), 0)] };
        var result = Room().Plan(AnAlert(circle), WarningColour.Red);
        Assert.Equal([1], result.Audience.HouseholdNos);
        Assert.InRange(result.Area.SquareKilometres, 3.13, 3.16);
        var narrow = new TargetingRoom(_snapshot, new TargetingConfig { MinimumRadiusKm = 0.1 }, DangerZones.None, AJurisdiction()).Plan(AnAlert(circle), WarningColour.Red);
        Assert.Equal("area.empty", Assert.Single(narrow.Holds).Code);
    }

    [Fact]
    public void What_an_area_excludes_is_cut_out_of_it()
    {
        var area = APolygon("31.2,119.2 31.2,119.8 31.8,119.8 31.8,119.2 31.2,119.2") with { ExcludedPolygons = APolygon("31.395,119.395 31.395,119.405 31.405,119.405 31.405,119.395 31.395,119.395").Polygons };
        Assert.Equal([2, 3, 4], Room().Plan(AnAlert(area), WarningColour.Red).Audience.HouseholdNos);
    }

    [Fact]
    public void Too_many_vertices_or_households_hold_the_alert()
    {
        var config = new TargetingConfig { VerticesMax = 4, HouseholdsMax = 3 };
        var room = new TargetingRoom(_snapshot, config, DangerZones.None, AJurisdiction());
        var vertices = room.Plan(AnAlert(APolygon("31.39,119.39 31.39,119.42 31.42,119.42 31.42,119.39 31.39,119.39")), WarningColour.Red);
        Assert.Equal("area.too-many-vertices", Assert.Single(vertices.Holds).Code);
        Assert.Empty(vertices.Audience.HouseholdNos);
        Assert.Equal("audience.over-cap", Assert.Single(room.Plan(AnAlert(ACode("320481")), WarningColour.Red).Holds).Code);
    }

    [Fact]
    public void The_same_alert_gives_the_same_hashes_and_a_moved_corner_others()
    {
        const string Square = "31.39,119.39 31.39,119.42 31.42,119.42 31.42,119.39 31.39,119.39";
        var first = Room().Plan(AnAlert(APolygon(Square)), WarningColour.Red);
        var again = Room().Plan(AnAlert(APolygon(Square)), WarningColour.Red);
        // The same ring begun at another corner is the same ground.
        var turned = Room().Plan(AnAlert(APolygon("31.42,119.42 31.42,119.39 31.39,119.39 31.39,119.42 31.42,119.42")), WarningColour.Red);
        var moved = Room().Plan(AnAlert(APolygon(Square.Replace("31.42,119.42", "31.4200001,119.42", StringComparison.Ordinal))), WarningColour.Red);
        var fewer = Room().Plan(AnAlert(APolygon(Square)), WarningColour.Blue);
        Assert.Equal((first.Area.Sha256, first.Audience.Sha256), (again.Area.Sha256, again.Audience.Sha256));
        Assert.Equal(first.Area.Sha256, turned.Area.Sha256);
        Assert.NotEqual(first.Area.Sha256, moved.Area.Sha256);
        Assert.Equal(first.Audience.Sha256, moved.Audience.Sha256);
        Assert.NotEqual(first.Audience.Sha256, fewer.Audience.Sha256);
        Assert.Equal(first.Audience.Sha256, AudienceHash.Of(first.Audience));
    }

    [Fact]
    public void Infos_in_two_languages_name_one_area_once()
    {
        var alert = AnAlert(ACode("320481001000"));
        var result = Room().Plan(alert with { Infos = [alert.Infos[0], alert.Infos[0] with { Language = "en-US" }] }, WarningColour.Red);
        Assert.Equal([("CPEAS Geographic Code", "320481001000")], result.Area.Codes);
        Assert.Equal([1, 2, 3], result.Audience.HouseholdNos);
    }

    private static int[] Channel(TargetingResult result, ChannelKind kind) => result.Audience.Channels.SingleOrDefault(c => c.Channel == kind)?.EndpointNos ?? [];

    private TargetingRoom Room(DangerZones? zones = null) => new(_snapshot, new TargetingConfig(), zones ?? DangerZones.None, AJurisdiction());

    private static Jurisdiction AJurisdiction() => Jurisdiction.FromGeoJson("溧阳市", "320481000000", Outline);

    private static Alert AnAlert(params Area[] areas) => new() { Identifier = "1", Sender = "s", SentText = "2026-07-05T02:10:00+08:00", Status = AlertStatus.Actual, Infos = [new Info { Areas = areas }] };

    private static Area ACode(string code) => new() { AreaDesc = "区域", Geocodes = [new NamedValue(CmaProfile.GeocodeName, code)] };

    private static Area APolygon(string text) => new()
    {
        AreaDesc = "区域",
        Polygons = [new CapPolygon([.. text.Split(' ').Select(p => p.Split(',')).Select(p => new GeoPoint(double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))])],
    };
}
