using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Tests.Feeds;

public sealed class QuakeDecodingTests
{
    private static FeedDecode Decode(string kind, string text, DateTimeOffset? at = null) => FeedDecoders.ByKind[kind](Encoding.UTF8.GetBytes(text), at);

    private static FeedRecord One(string kind, string text, DateTimeOffset? at = null) => Assert.Single(Decode(kind, text, at).Records);

    private static bool Has(FeedRecord record, FindingCode code) => record.Findings.Any(f => f.Code == code.Code);

    [Fact]
    public void A_usgs_feature_says_when_where_and_how_strong()
    {
        var r = One("usgs-geojson", """
            {"type":"FeatureCollection","metadata":{"api":"1.10.3"},"features":[{"type":"Feature","properties":{"mag":5.8,"place":"x","time":1788008050926,"updated":1788008350000,
            "status":"automatic","alert":"yellow","ids":",us7000abcd,pt26241,","type":"earthquake"},"geometry":{"type":"Point","coordinates":[119.45,31.43,12.5]},"id":"us7000abcd"}]}
            """);
        Assert.Equal(("us7000abcd", "1788008350000", 31.43, 119.45, 12.5, 5.8, "M"), (r.Id, r.Revision, r.Lat, r.Lon, r.DepthKm, r.Value, r.Unit));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1788008050926), r.EventTime);
        Assert.Equal(["us7000abcd", "pt26241"], r.SameAs);
        Assert.Equal("Moderate", r.Severity);
        Assert.False(r.Cancel);
        Assert.Empty(r.Findings);
    }

    [Fact]
    public void A_deleted_usgs_event_is_taken_back_and_a_null_magnitude_is_no_zero()
    {
        var r = One("usgs-geojson", """{"type":"Feature","id":"a1","properties":{"mag":null,"time":1537603200000,"status":"deleted"},"geometry":null}""");
        Assert.True(r.Cancel);
        Assert.Null(r.Value);
        Assert.Null(r.Lat);
    }

    [Theory]
    [InlineData("""{"mag":57,"time":1537603200000}""", "[1,2,3]", "value.implausible")]
    [InlineData("""{"mag":5,"time":1537603200000}""", "[1,95,3]", "coordinate.range")]
    [InlineData("""{"mag":5,"time":18700000000000}""", "[1,2,3]", "time.implausible")]
    [InlineData("""{"mag":5,"time":1e300}""", "[1,2,3]", "time.unreadable")]
    [InlineData("""{"mag":5,"time":1537603200000,"type":"quarry blast"}""", "[1,2,3]", "quake.other")]
    [InlineData("""{"mag":5}""", "[1,2,3]", "time.missing")]
    public void What_cannot_be_is_remarked_and_not_believed(string properties, string coordinates, string code)
    {
        var r = One("usgs-geojson", $$$"""{"type":"Feature","id":"a1","properties":{{{properties}}},"geometry":{"type":"Point","coordinates":{{{coordinates}}}}}""");
        Assert.Contains(r.Findings, f => f.Code == code);
    }

    [Fact]
    public void An_event_that_is_ahead_of_the_receivers_clock_is_doubted()
    {
        const string text = """{"type":"Feature","id":"a1","properties":{"mag":5,"time":1788008050926},"geometry":{"type":"Point","coordinates":[1,2,3]}}""";
        Assert.True(Has(One("usgs-geojson", text, DateTimeOffset.FromUnixTimeMilliseconds(1788008050926) - TimeSpan.FromHours(1)), FindingCodes.TimeImplausible));
        Assert.False(Has(One("usgs-geojson", text, DateTimeOffset.FromUnixTimeMilliseconds(1788008050926)), FindingCodes.TimeImplausible));
    }

    [Fact]
    public void One_bad_feature_hides_no_other_and_half_a_character_throws_nothing()
    {
        var d = Decode("usgs-geojson", """
            {"features":[7,{"id":"b","properties":{"mag":1,"time":1537603200000,"status":"\ud800"},"geometry":null},{"id":"c","properties":{"mag":1,"time":1537603200000},"geometry":{"type":"Point","coordinates":[1,2]}}]}
            """);
        Assert.Equal("c", Assert.Single(d.Records).Id);
        Assert.Equal(2, d.Findings.Count(f => f.Code == FindingCodes.RecordUnreadable.Code));
        Assert.False(d.Good);
    }

    [Theory]
    [InlineData("eqfeed_callback({\"type\":\"FeatureCollection\",\"features\":[]});", true)]
    [InlineData("\uFEFF{\"type\":\"FeatureCollection\",\"features\":[]}", true)]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[", false)]
    [InlineData("<html>502</html>", false)]
    [InlineData("", false)]
    [InlineData("[]", false)]
    public void A_document_of_another_form_is_said_to_be_one(string text, bool good)
    {
        var d = Decode("usgs-geojson", text);
        Assert.Equal(good, d.Good);
        Assert.Empty(d.Records);
    }

    [Fact]
    public void Quakeml_gives_the_preferred_origin_and_magnitude_with_depth_in_kilometres()
    {
        var r = One("quakeml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:local/p">
            <event publicID="smi:local/e1"><type>earthquake</type><preferredOriginID>smi:local/o2</preferredOriginID><preferredMagnitudeID>smi:local/m2</preferredMagnitudeID>
            <creationInfo><version>3</version></creationInfo>
            <magnitude publicID="smi:local/m1"><mag><value>4.1</value></mag></magnitude><magnitude publicID="smi:local/m2"><mag><value>5.2</value></mag></magnitude>
            <origin publicID="smi:local/o1"><time><value>2026-01-01T00:00:00Z</value></time><latitude><value>1</value></latitude><longitude><value>2</value></longitude></origin>
            <origin publicID="smi:local/o2"><time><value>2026-01-01T00:00:01.25</value></time><latitude><value>31.5</value></latitude><longitude><value>119.5</value></longitude><depth><value>12000</value></depth></origin>
            </event></eventParameters></q:quakeml>
            """);
        Assert.Equal(("smi:local/e1", "3", 31.5, 119.5, 12.0, 5.2), (r.Id, r.Revision, r.Lat, r.Lon, r.DepthKm, r.Value));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 1, 250, TimeSpan.Zero), r.EventTime);
        Assert.Empty(r.Findings);
    }

    [Theory]
    [InlineData("<!DOCTYPE q [<!ENTITY a \"b\">]><quakeml><eventParameters/></quakeml>", "document.doctype")]
    [InlineData("<quakeml><eventParameters>", "document.not-well-formed")]
    [InlineData("<quakeml/>", "feed.format")]
    public void A_hostile_or_foreign_xml_is_refused(string text, string code)
    {
        var d = Decode("quakeml", text);
        Assert.Equal(code, Assert.Single(d.Findings).Code);
        Assert.Equal(code, Assert.Single(Decode("jma-xml", text).Findings).Code);
    }

    [Fact]
    public void Xml_that_is_nested_without_end_is_refused()
    {
        var d = Decode("quakeml", string.Concat(Enumerable.Repeat("<a>", 100_000)));
        Assert.Equal(FindingCodes.TooDeep.Code, Assert.Single(d.Findings).Code);
    }

    [Fact]
    public void An_emsc_recording_of_several_messages_keeps_the_good_ones()
    {
        const string text = """
            {"action":"create","data":{"type":"Feature","geometry":{"type":"Point","coordinates":[21.1,39.2,-8.0]},"id":"20260829_0000012","properties":{"source_id":"1700001","lastupdate":"2026-08-29T00:03:00.0Z","time":"2026-08-29T00:00:01.3Z","lat":39.2,"lon":21.1,"depth":8.0,"evtype":"ke","auth":"THE","mag":3.1,"magtype":"ml","unid":"20260829_0000012"}}}
            this line is garbage
            {"action":"update","data":{"type":"Feature","geometry":{"type":"Point","coordinates":[21.1,39.2,-9.0]},"id":"20260829_0000012","properties":{"lastupdate":"2026-08-29T00:09:00Z","time":"2026-08-29T00:00:01Z","mag":3.4,"unid":"20260829_0000012"}}}
            """;
        var d = Decode("emsc", text);
        Assert.Equal(2, d.Records.Count);
        Assert.Equal("line 2", Assert.Single(d.Findings).Path);
        Assert.Equal((8.0, 9.0), (d.Records[0].DepthKm, d.Records[1].DepthKm));
        Assert.Equal(new DateTimeOffset(2026, 8, 29, 0, 0, 1, 300, TimeSpan.Zero), d.Records[0].EventTime);
        Assert.Equal((39.2, 21.1, 3.4), (d.Records[1].Lat, d.Records[1].Lon, d.Records[1].Value));
    }

    [Fact]
    public void A_wolfx_frame_of_china_is_in_beijing_time_and_its_id_outlives_the_report_number()
    {
        var r = One("wolfx", """{"ID":12,"EventID":"202608281313.0001_2","ReportTime":"2026-08-28 13:13:56","ReportNum":2,"OriginTime":"2026-08-28 13:13:34","HypoCenter":"某地","Latitude":29.2,"Longitude":105.2,"Magunitude":5.2,"Depth":null,"MaxIntensity":7.1}""");
        Assert.Equal(("202608281313.0001", "2", 5.2), (r.Id, r.Revision, r.Value));
        Assert.Equal(new DateTimeOffset(2026, 8, 28, 5, 13, 34, TimeSpan.Zero), r.EventTime);
        Assert.Null(r.DepthKm);
        Assert.Equal("Actual", r.Status);
    }

    [Theory]
    [InlineData("\"isTraining\":true", "Exercise", false, 6.0)]
    [InlineData("\"isTraining\":false,\"Issue\":{\"Source\":\"東京\",\"Status\":\"訓練\"}", "Exercise", false, 6.0)]
    [InlineData("\"isCancel\":true", "Actual", true, 6.0)]
    [InlineData("\"isCancel\":true,\"isTraining\":true", "Exercise", true, 6.0)]
    [InlineData("\"isAssumption\":true", "Actual", false, null)]
    public void The_flags_of_a_japanese_frame_are_obeyed(string flags, string status, bool cancel, double? magnitude)
    {
        var r = One("wolfx", $$"""{"type":"jma_eew","EventID":"20260829060728","Serial":3,"AnnouncedTime":"2026/08/29 06:07:40","OriginTime":"2026/08/29 06:07:28","Hypocenter":"某地","Latitude":37.6,"Longitude":137.2,"Magunitude":6.0,"Depth":10,"MaxIntensity":"5強",{{flags}}}""");
        Assert.Equal((status, cancel, magnitude), (r.Status, r.Cancel, r.Value));
        Assert.Equal(new DateTimeOffset(2026, 8, 28, 21, 7, 28, TimeSpan.Zero), r.EventTime);
    }

    [Fact]
    public void Wolfx_heartbeats_say_nothing_and_its_list_gives_each_earthquake()
    {
        var silent = Decode("wolfx", """{"type":"heartbeat","ver":22,"id":"1","timestamp":1788008050926}""");
        Assert.Empty(silent.Records);
        Assert.True(silent.Good);
        var list = Decode("wolfx", """{"No1":{"type":"reviewed","time":"2026-08-29 06:07:28","location":"某地","magnitude":"4.0","depth":"10km","latitude":"42.2","longitude":"80.5","EventID":"AA"},"No2":{"type":"automatic","time":"2026-08-29 05:07:28","magnitude":"3.0","depth":"5","latitude":"42.2","longitude":"80.5","EventID":"AB"},"md5":"0"}""");
        Assert.Equal([("AA", 4.0, 10.0), ("AB", 3.0, 5.0)], list.Records.Select(r => (r.Id, r.Value!.Value, r.DepthKm!.Value)));
    }

    private static string Telegram(string status, string infoType, string body, string kind = "緊急地震速報（警報）") => $"""
        <Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{kind}</Title><DateTime>2026-08-28T21:07:40Z</DateTime><Status>{status}</Status><PublishingOffice>気象庁</PublishingOffice></Control>
        <Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{kind}</Title><ReportDateTime>2026-08-29T06:07:40+09:00</ReportDateTime><TargetDateTime>2026-08-29T06:07:40+09:00</TargetDateTime><EventID>20260829060728</EventID><InfoType>{infoType}</InfoType><Serial>4</Serial></Head>
        <Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/" xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">{body}</Body></Report>
        """;

    private const string Quake = """
        <Earthquake><OriginTime>2026-08-29T06:07:28+09:00</OriginTime><Hypocenter><Area><Name>某地</Name><jmx_eb:Coordinate>+3736.5+13712.0-10000/</jmx_eb:Coordinate></Area></Hypocenter><jmx_eb:Magnitude type="Mj" condition="不明">NaN</jmx_eb:Magnitude></Earthquake>
        """;

    [Theory]
    [InlineData("通常", "発表", "Actual", false)]
    [InlineData("訓練", "発表", "Exercise", false)]
    [InlineData("試験", "発表", "Test", false)]
    [InlineData("怪", "発表", "Test", false)]
    [InlineData("通常", "取消", "Actual", true)]
    [InlineData("訓練", "取消", "Exercise", true)]
    public void The_status_and_kind_of_a_jma_telegram_are_obeyed(string word, string infoType, string status, bool cancel)
    {
        foreach (var r in new[] { One("jma-xml", Telegram(word, infoType, Quake)), One("jma-xml", Telegram(word, infoType, "<Text>取り消します</Text>")) })
        {
            Assert.Equal((status, cancel, "20260829060728", "4"), (r.Status, r.Cancel, r.Id, r.Revision));
        }
    }

    [Fact]
    public void Degrees_and_minutes_are_read_and_an_unknown_magnitude_is_missing()
    {
        var r = One("jma-xml", Telegram("通常", "発表", Quake));
        Assert.Equal((37 + 36.5 / 60, 137.2, 10.0), (r.Lat!.Value, r.Lon!.Value, r.DepthKm!.Value));
        Assert.Null(r.Value);
        Assert.True(Has(r, FindingCodes.ValueMissing));
        Assert.Equal(new DateTimeOffset(2026, 8, 28, 21, 7, 28, TimeSpan.Zero), r.EventTime);
    }

    [Theory]
    [InlineData("大津波警報", "Extreme", false)]
    [InlineData("津波警報", "Severe", false)]
    [InlineData("津波注意報", "Moderate", false)]
    [InlineData("津波予報（若干の海面変動）", "Minor", false)]
    [InlineData("津波注意報解除", null, true)]
    public void A_tsunami_telegram_is_a_warning_of_its_gravest_kind(string kind, string? severity, bool cancel)
    {
        var body = $"<Tsunami><Forecast><Item><Area><Name>某地</Name></Area><Category><Kind><Name>{kind}</Name></Kind></Category></Item></Forecast></Tsunami>{Quake}";
        var d = Decode("jma-xml", Telegram("通常", "発表", body, "津波警報・注意報・予報a"));
        var warning = Assert.Single(d.Records, r => r.Type == FeedRecordType.Warning);
        Assert.Equal((severity, cancel), (warning.Severity, warning.Cancel));
        Assert.Single(d.Records, r => r.Type == FeedRecordType.Event);
    }
}
