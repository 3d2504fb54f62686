using System.Text;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Sl323;
using AlertGateway.Feeds.UkFlood;
using AlertGateway.Feeds.UsgsIv;
using AlertGateway.Tests.Cap;
using CsCheck;

namespace AlertGateway.Tests.Feeds.Hydrology;

public sealed class TableAndJsonTests
{
    private const string Tables = """
        # ST_STBPRP_B
        STCD,STNM,LGTD,LTTD,STTP
        63200100,"溧阳(宜溧漕河), 新村",119.480000,31.430000,ZZ
        ST_RIVER_R
        STCD,TM,Z,Q,WPTN
        63200100,2026-07-05 02:00:00,4.52,,5
        63200100,2026/7/5 3:00,-9999,12.5,5
        ST_RSVR_R
        STCD,TM,RZ,INQ,W,BLRZ,OTQ
        63200200,2026-07-05 02:00:00.000,21.310,NULL,45.2,8.1,30.0
        ST_PPTN_R
        STCD,TM,DRP,INTV,PDR,DYP
        63200300,2026-07-05 02:00:00,50.5,1.00,,
        63200300,2026-07-05 02:05:00,4.5,0.05,,120.0
        63200300,yesterday,1,1.00,,
        """;

    [Fact]
    public void The_four_tables_are_told_apart_by_their_columns()
    {
        var decoded = Sl323Decoder.Decode(Encoding.UTF8.GetBytes(Tables), null);
        Assert.Equal(
        [
            "63200100/station", "63200100/stage 4.52 m 02:00", "63200100/flow m3/s 02:00 hydro.missing", "63200100/stage m 03:00 hydro.missing", "63200100/flow 12.5 m3/s 03:00",
            "63200200/reservoir-stage 21.31 m 02:00", "63200200/tail-stage 8.1 m 02:00", "63200200/inflow m3/s 02:00 hydro.missing", "63200200/outflow 30 m3/s 02:00", "63200200/storage 45.2 10^6 m3 02:00",
            "63200300/rain-1h 50.5 mm 02:00", "63200300/rain-day mm 02:00 hydro.missing", "63200300/rain-5min 4.5 mm 02:05", "63200300/rain-day 120 mm 02:05", "63200300/rain-1h 1 mm hydro.time", "63200300/rain-day mm hydro.missing hydro.time",
        ], decoded.Records.Select(Print));
        Assert.Equal((31.43, 119.48), (decoded.Records[1].Lat, decoded.Records[1].Lon));
        Assert.Empty(decoded.Findings);
        Assert.False(decoded.Good);
    }

    [Fact]
    public void A_table_in_GB18030_or_as_JSON_rows_or_with_tabs_reads_the_same()
    {
        const string csv = "STCD,STNM,TM,Z\n63200100,溧阳站,2026-07-05 02:00:00,4.52\n";
        var expected = Sl323Decoder.Decode(Encoding.UTF8.GetBytes(csv), null).Records.Select(Print).ToList();
        Assert.Equal("63200100/stage 4.52 m 02:00", Assert.Single(expected));
        Assert.Equal(expected, Sl323Decoder.Decode(CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(csv), null).Records.Select(Print));
        Assert.Equal(expected, Sl323Decoder.Decode(Encoding.UTF8.GetBytes(csv.Replace(',', '\t')), null).Records.Select(Print));
        Assert.Equal(expected, Sl323Decoder.Decode("""[{"STCD":"63200100","STNM":"溧阳站","TM":"2026-07-05 02:00:00","Z":4.52}]"""u8.ToArray(), null).Records.Select(Print));
    }

    [Fact]
    public void Usgs_values_keep_their_units_and_the_sentinel_is_no_value()
    {
        var real = UsgsIvDecoder.Decode(Hydro("h0002.json"), null);
        Assert.True(real.Good);
        Assert.Equal(["03339000/flow 1 ft3/s", "05447500/flow 2 ft3/s"], real.Records.Select(r => FormattableString.Invariant($"{r.Id} {r.Value} {r.Unit}")));
        Assert.Empty(UsgsIvDecoder.Decode(Hydro("h0001.json"), null).Records);
        Assert.True(UsgsIvDecoder.Decode(Hydro("h0001.json"), null).Good);
        const string two = """
            {"value":{"timeSeries":[{"sourceInfo":{"siteCode":[{"value":"01"}],"geoLocation":{"geogLocation":{"latitude":38.9,"longitude":-75.7}}},"variable":{"variableCode":[{"value":"00065"}],"unit":{"unitCode":"ft"},"noDataValue":-999999.0},
            "values":[{"method":[{"methodID":7}],"value":[{"value":"-999999","qualifiers":["P","Eqp"],"dateTime":"2026-07-05T00:00:00.000-05:00"}]},{"method":[{"methodID":8}],"value":[{"value":"6.48","qualifiers":["P"],"dateTime":"2026-07-05T00:00:00.000-05:00"}]}]}]}}
            """;
        var methods = UsgsIvDecoder.Decode(Encoding.UTF8.GetBytes(two), null);
        Assert.Equal(["01/stage@7", "01/stage@8"], methods.Records.Select(r => r.Id));
        Assert.Equal(["hydro.doubtful", "hydro.missing"], methods.Records[0].Findings.Select(f => f.Code));
        Assert.Equal((6.48, 38.9), (methods.Records[1].Value, methods.Records[1].Lat));
    }

    [Fact]
    public void WaterML_as_XML_reads_like_the_JSON_and_a_DOCTYPE_is_refused()
    {
        const string xml = """
            <ns1:timeSeriesResponse xmlns:ns1="http://www.cuahsi.org/waterML/1.1/"><ns1:timeSeries><ns1:sourceInfo><ns1:siteCode network="NWIS">01117800</ns1:siteCode>
            <ns1:timeZoneInfo><ns1:defaultTimeZone zoneOffset="-05:00"/></ns1:timeZoneInfo></ns1:sourceInfo><ns1:variable><ns1:variableCode>00060</ns1:variableCode><ns1:unit><ns1:unitCode>cfs</ns1:unitCode></ns1:unit><ns1:noDataValue>-999999.0</ns1:noDataValue></ns1:variable>
            <ns1:values><ns1:value qualifiers="P" dateTime="2013-01-06T00:00:00.000">68</ns1:value><ns1:value qualifiers="P Ice" dateTime="2013-01-06T00:15:00.000">-999999</ns1:value></ns1:values></ns1:timeSeries></ns1:timeSeriesResponse>
            """;
        var decoded = UsgsIvDecoder.Decode(Encoding.UTF8.GetBytes(xml), null);
        Assert.Equal(new DateTimeOffset(2013, 1, 6, 0, 0, 0, TimeSpan.FromHours(-5)), decoded.Records[0].EventTime);
        Assert.Equal([68.0, null], Values(decoded));
        Assert.Equal("hydro.document", UsgsIvDecoder.Decode(Encoding.UTF8.GetBytes("<!DOCTYPE a [<!ENTITY b \"c\">]>" + xml), null).Findings.Single().Code);

        static IEnumerable<double?> Values(FeedDecode d) => d.Records.Select(r => r.Value);
    }

    [Fact]
    public void Uk_floods_of_the_api_and_of_the_agencys_list_count_their_severities_the_other_way_round()
    {
        const string api = """{"items":[{"@id":"x","floodAreaID":"011FWFNC6KC","severityLevel":1,"severity":"Severe Flood Warning","timeRaised":"2026-07-05T02:00:00","timeSeverityChanged":"2026-07-05T01:00:00","timeMessageChanged":"2026-07-05T02:00:00"},{"floodAreaID":"A","severityLevel":4,"timeSeverityChanged":"2026-07-05T01:00:00"}]}""";
        var decoded = UkFloodDecoder.Decode(Encoding.UTF8.GetBytes(api), null);
        Assert.Equal(["011FWFNC6KC Extreme False 2026-07-05T02:00:00Z", "A Minor True 2026-07-05T01:00:00Z"], decoded.Records.Select(r => $"{r.Id} {r.Severity} {r.Cancel} {r.Revision}"));
        var list = UkFloodDecoder.Decode(Hydro("h0049.json"), null);
        Assert.True(list.Good);
        Assert.Equal("062FWF28Pinner Extreme", $"{list.Records[0].Id} {list.Records[0].Severity}");
        Assert.Equal(51.5919357, list.Records[0].Lat);
        Assert.Contains(UkFloodDecoder.Decode(Hydro("h0090.json"), null).Records, r => r is { Id: "061WAF06Coln", Severity: "Moderate" });
    }

    [Fact]
    public void Uk_readings_and_stations_name_what_they_measure()
    {
        const string readings = """{"items":[{"@id":"a","dateTime":"2026-07-05T02:00:00Z","measure":"http://environment.data.gov.uk/flood-monitoring/id/measures/1491TH-level-stage-i-15_min-mASD","value":0.53},{"dateTime":"2026-07-05T02:00:00Z","measure":"http://x/id/measures/E21234-rainfall-tipping_bucket_raingauge-t-15_min-mm","value":[0.2,0.4]}]}""";
        var decoded = UkFloodDecoder.Decode(Encoding.UTF8.GetBytes(readings), null);
        Assert.Equal(["1491TH/stage 0.53 m 02:00", "E21234/rain-15min mm 02:00 hydro.value"], decoded.Records.Select(Print));
        var stations = UkFloodDecoder.Decode(Hydro("h0054.json"), null);
        Assert.True(stations.Good);
        Assert.Contains(stations.Records, r => r is { Id: "L2300/stage", Value: 1.361, Unit: "m" } && r.Lat is > 54 and < 54.1);
        Assert.Equal(1.213, UkFloodDecoder.Decode(Hydro("h0055.json"), null).Records[0].Value);
        Assert.True(UkFloodDecoder.Decode("""{"items":[]}"""u8.ToArray(), null).Good);
    }

    [Fact]
    public void Changed_bytes_of_any_hydrological_document_never_throw()
    {
        (FeedDecoder Decoder, byte[] Bytes)[] documents = [(Sl323Decoder.Decode, Encoding.UTF8.GetBytes(Tables)), (UsgsIvDecoder.Decode, Hydro("h0002.json")), (UkFloodDecoder.Decode, Hydro("h0068.json")), (UkFloodDecoder.Decode, Hydro("h0090.json")[..6000])];
        Gen.Select(Gen.Int[0, documents.Length - 1], Gen.Int[0, 100_000], Gen.Byte).Array[1, 10].Sample(changes =>
        {
            var (decoder, original) = documents[changes[0].Item1];
            byte[] bytes = [.. original];
            foreach (var (_, at, to) in changes) bytes[at % bytes.Length] = to;
            Assert.NotNull(decoder(bytes, DateTimeOffset.UnixEpoch));
        }, iter: 2000);
    }

    private static byte[] Hydro(string name) => File.ReadAllBytes(Path.Combine(Corpus.RepositoryRoot(), "tests", "corpus", "hydro", name));

    private static string Print(FeedRecord r) => string.Join(' ', ((string?[])[r.Id, r.Value?.ToString(System.Globalization.CultureInfo.InvariantCulture), r.Unit, r.EventTime?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture), .. r.Findings.Select(f => f.Code)]).Where(x => x is not null));
}
