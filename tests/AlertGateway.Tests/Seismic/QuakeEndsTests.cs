using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Seismic;
using AlertGateway.Storage.Registry;
using CsCheck;

namespace AlertGateway.Tests.Seismic;

/// <summary>Until when each village may be warned.</summary>
public sealed class QuakeEndsTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 5, 6, 0, 6, TimeSpan.Zero);
    private static readonly Division[] Villages = [new("320481100001", "东", 0, 31.43, 119.60, 0), new("320481100002", "中", 0, 31.43, 119.48, 0), new("320481100003", "西", 0, 31.43, 119.36, 0)];
    private static readonly QuakePlace[] Places = [.. Villages.Select(v => new QuakePlace(v.Code, v.Name, v.LatitudeDegrees, v.LongitudeDegrees))];
    private static readonly Dictionary<string, int> VillageOf = Villages.Select((v, i) => (v.Code, i)).ToDictionary(v => v.Code, v => v.i);

    [Fact]
    public void A_villages_end_is_the_whole_second_before_its_arrival_and_the_message_alone_says_the_same() =>
        Gen.Select(Gen.Double[30, 33], Gen.Double[118, 121], Gen.Double[0, 100], Gen.Double[5, 8], Gen.Long[0, 6 * TimeSpan.TicksPerSecond]).Sample((lat, lon, depth, magnitude, age) =>
        {
            var report = AReport(lat, lon, depth, magnitude, Now.AddTicks(-age));
            var decision = new QuakeBook(Places, new QuakeOptions()).Take(report, Now);
            if (decision.Shaking.Count == 0) return;
            long[] ends = QuakeEnds.Of(decision.Shaking, VillageOf);
            foreach (var s in decision.Shaking) Assert.InRange(s.SArrival.UtcTicks - ends[VillageOf[s.Place.Code]], 0, TimeSpan.TicksPerSecond - 1);
            Assert.All(Places.Where(p => !decision.Shaking.Any(s => s.Place == p)), p => Assert.Equal(long.MaxValue, ends[VillageOf[p.Code]]));
            long[] read = QuakeEnds.Of(Written(QuakeAlerts.Of(report, decision, "agw.feed.bureau", null, Now, "测试地震台网")!), Villages);
            foreach (var s in decision.Shaking) Assert.Equal(ends[VillageOf[s.Place.Code]], read[VillageOf[s.Place.Code]]);
        });

    [Fact]
    public void What_is_no_earthquake_warning_of_ours_ends_by_its_expiry_alone()
    {
        var report = AReport(31.9, 118.85, 10, 6.9, Now);
        var decision = new QuakeBook(Places, new QuakeOptions()).Take(report, Now);
        var warning = QuakeAlerts.Of(report, decision, "agw.feed.bureau", null, Now)!;
        Assert.NotEmpty(QuakeEnds.Of(warning, Villages));
        Assert.Empty(QuakeEnds.Of(Written(QuakeAlerts.Advice(report, decision, "agw.feed.bureau", warning.Key, Now)!), Villages));
        Assert.Empty(QuakeEnds.Of(warning with { MsgType = MsgType.Cancel }, Villages));
        Assert.Empty(QuakeEnds.Of(warning with { Infos = [.. warning.Infos.Select(i => i with { Parameters = [] })] }, Villages));
    }

    private static QuakeReport AReport(double lat, double lon, double depth, double magnitude, DateTimeOffset origin) => new()
    {
        Source = new SubmissionSource("feed:bureau", true, 0), EventId = "e1", Number = 1, Origin = origin, Lat = lat, Lon = lon, DepthKm = depth, Magnitude = magnitude, Status = AlertStatus.Actual,
    };

    private static Alert Written(Alert alert) => CapReader.Read(CapWriter.Write(alert)).Messages[0].Alert!;
}
