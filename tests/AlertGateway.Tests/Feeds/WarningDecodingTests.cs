using System.IO.Compression;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Tests.Cap;

namespace AlertGateway.Tests.Feeds;

public sealed class WarningDecodingTests
{
    private static FeedDecode Decode(string kind, string text) => FeedDecoders.ByKind[kind](Encoding.UTF8.GetBytes(text), null);

    private static FeedRecord One(string kind, string text) => Assert.Single(Decode(kind, text).Records);

    [Fact]
    public void Warnings_in_other_forms_become_cap_that_reads_back_with_who_when_and_where()
    {
        static Alert Draft(string kind, string text) => Assert.Single(CapReader.Read(CapWriter.Write(One(kind, text).Draft!)).Messages).Alert!;
        var nws = Draft("nws-geojson", """
            {"type":"Feature","id":"https://x/1","geometry":{"type":"Polygon","coordinates":[[[-93,45.25],[-92,45.25],[-92,46],[-93,45.25]]]},"properties":{"id":"urn:1","geocode":{"SAME":["027123"],"UGC":["MNC123"]},"areaDesc":"Ramsey","sender":"w-nws.webmaster@noaa.gov",
            "sent":"2026-01-08T13:48:00-06:00","expires":"2026-01-08T20:00:00-06:00","status":"Actual","messageType":"Update","severity":"Severe","urgency":"Immediate","certainty":"Observed","event":"Flood Warning","headline":"h",
            "references":[{"identifier":"urn:0","sender":"w-nws.webmaster@noaa.gov","sent":"2026-01-08T12:48:00-06:00"}]}}
            """);
        Assert.Equal(("urn:1", "w-nws.webmaster@noaa.gov", MsgType.Update, "urn:0"), (nws.Identifier, nws.Sender, nws.MsgType, nws.References[0].Identifier));
        Assert.Equal((Severity.Severe, Urgency.Immediate, "Flood Warning", 4, 2), (nws.Infos[0].Severity, nws.Infos[0].Urgency, nws.Infos[0].Event, nws.Infos[0].Areas[0].Polygons[0].Points.Count, nws.Infos[0].Areas[0].Geocodes.Count));

        var nmc = Draft("nmc", """[{"id":"32048141600000_20260705142000","title":"溧阳市气象台发布暴雨红色预警信号","signaltype":"暴雨","signallevel":"红色","effective":"2026/07/05 14:20","eventType":"11B03","severity":"RED","type":"p0002001"}]""");
        Assert.Equal(("32048141600000_20260705142000", "溧阳市气象台", Severity.Extreme, "320481", "11B03"), (nmc.Identifier, nmc.Infos[0].SenderName, nmc.Infos[0].Severity, nmc.Infos[0].Areas[0].Geocodes[0].Value, nmc.Infos[0].EventCodes[0].Value));
        Assert.Equal(new DateTimeOffset(2026, 7, 5, 6, 20, 0, TimeSpan.Zero), nmc.Sent);

        var qweather = Draft("qweather", """{"code":"200","warning":[{"id":"1","sender":"溧阳市气象台","pubTime":"2026-07-05T10:30+08:00","startTime":"2026-07-05T11:00+08:00","endTime":"2026-07-06T11:00+08:00","title":"溧阳市气象台发布大风橙色预警","status":"active","severity":"Severe","severityColor":"Orange","typeName":"大风","text":"阵风10级","related":""}]}""");
        Assert.Equal((MsgType.Alert, "大风", "阵风10级", Severity.Severe), (qweather.MsgType, qweather.Infos[0].Event, qweather.Infos[0].Description, qweather.Infos[0].Severity));
        Assert.NotNull(qweather.Infos[0].Expires);

        const string meteoalarm = """
            {"warnings":[{"alert":{"identifier":"2.49.0.1","sender":"a@b.no","sent":"2026-01-08T13:48:00+00:00","status":"Actual","msgType":"Alert","scope":"Public",
            "info":[{"language":"no","category":["Met"],"event":"Regn","severity":"Severe","expires":"2026-01-09T15:00:00+00:00","parameter":[{"value":"3; orange; Severe","valueName":"awareness_level"}],"area":[{"areaDesc":"x","geocode":[{"value":"NO001","valueName":"EMMA_ID"}]}]}]}}]}
            """;
        var norway = Draft("meteoalarm", meteoalarm);
        Assert.Equal(("no", Category.Met, "NO001", "3; orange; Severe"), (norway.Infos[0].Language, norway.Infos[0].Categories[0], norway.Infos[0].Areas[0].Geocodes[0].Value, norway.Infos[0].Parameter("awareness_level")));
        Assert.Null(One("meteoalarm", meteoalarm.Replace("3; orange; Severe", "1; green; Minor", StringComparison.Ordinal)).Draft);
        Assert.Null(One("nws-geojson", """{"type":"Feature","id":"a","geometry":null,"properties":{"messageType":"Alert","sent":"2026-01-08T13:48:00-06:00"}}""").Draft); // no status
    }

    [Fact]
    public void An_nws_alert_says_its_status_and_a_cancel_is_one()
    {
        var r = One("nws-geojson", """
            {"type":"FeatureCollection","features":[{"id":"https://x/1","type":"Feature","geometry":null,"properties":{"id":"urn:1","geocode":{"SAME":["027123"],"UGC":[]},"sent":"2026-01-08T13:48:00-06:00","onset":"2026-01-08T14:00:00-06:00",
            "expires":"2026-01-08T20:00:00-06:00","status":"Actual","messageType":"Cancel","severity":"Severe","references":[{"identifier":"urn:0"}]}}]}
            """);
        Assert.Equal(("urn:1", "2026-01-08T13:48:00-06:00", "Severe", "Actual", true), (r.Id, r.Revision, r.Severity, r.Status, r.Cancel));
        Assert.Equal(new DateTimeOffset(2026, 1, 8, 20, 0, 0, TimeSpan.Zero), r.EventTime);
        Assert.Empty(r.Findings);
    }

    [Fact]
    public void An_nws_alert_without_status_area_or_references_is_doubted_and_never_actual()
    {
        var r = One("nws-geojson", """{"type":"Feature","id":"a","geometry":null,"properties":{"messageType":"Update","sent":"2026-01-08T13:48:00-06:00","expires":"2026-01-08T13:48:00-06:00","severity":"Dreadful"}}""");
        Assert.Equal("Draft", r.Status);
        string[] expected = ["status.unknown", "references.missing", "expires.not-after-sent", "area.not-located", "word.unknown"];
        Assert.Equal(expected.Order(), r.Findings.Select(f => f.Code).Order());
    }

    [Theory]
    [InlineData("""{"msg":"success","code":0,"data":{"page":{"list":[{"alertid":"32048141600000_20260705142000","issuetime":"2026/07/05 14:20","title":"江苏省常州市溧阳市气象台发布暴雨红色预警信号","url":"/publish/alarm/32048141600000_20260705142000.html","pic":"http://image.nmc.cn/assets/img/alarm/p0002001.png"}]}}}""")]
    [InlineData("""[{"id":"32048141600000_20260705142000","title":"溧阳市气象台发布暴雨红色预警信号[I级/特别严重]","signaltype":"暴雨","signallevel":"红色","effective":"2026/07/05 14:20","eventType":"11B03","severity":"RED","type":"p0002001"}]""")]
    [InlineData("""{"msg":"success","code":0,"data":{"real":{"warn":{"alert":"溧阳市气象台发布暴雨红色预警信号","pic":"p0002001.png","province":"江苏省","city":"溧阳","url":"/publish/alarm/32048141600000_20260705142000.html","signaltype":"暴雨","signallevel":"红色"}}}}""")]
    public void The_three_forms_of_nmc_give_the_same_warning(string text)
    {
        var r = One("nmc", text);
        Assert.Equal(("32048141600000_20260705142000", "Extreme", "Actual", false), (r.Id, r.Severity, r.Status, r.Cancel));
        Assert.Equal(new DateTimeOffset(2026, 7, 5, 6, 20, 0, TimeSpan.Zero), r.EventTime);
        Assert.Empty(r.Findings);
    }

    [Theory]
    [InlineData("江苏省常州市溧阳市气象台发布暴雨红色预警信号", "暴雨")]
    [InlineData("溧阳市气象台解除雷暴大风黄色预警信号", "雷暴大风")]
    [InlineData("溧阳市气象台变更发布道路结冰橙色预警", "道路结冰")]
    [InlineData("中国气象局发布台风预警", "中国气象局发布台风预警")]
    public void The_kind_of_weather_is_read_from_a_title_that_stands_alone(string title, string kind) =>
        Assert.Equal(kind, One("nmc", $$"""[{"alertid":"32048141600000_20260705142000","issuetime":"2026/07/05 14:20","title":"{{title}}"}]""").Draft!.Infos[0].Event);

    [Fact]
    public void Nmc_sentinels_are_no_warning_a_lifted_signal_is_a_cancel_and_two_colours_are_remarked()
    {
        var none = Decode("nmc", """{"code":0,"data":{"real":{"warn":{"alert":"9999","pic":"9999","url":"9999","signaltype":"9999"}}}}""");
        Assert.Empty(none.Records);
        Assert.True(none.Good);
        var lifted = One("nmc", """[{"id":"32048141600000_20260705142000","title":"溧阳市气象台解除暴雨红色预警信号","effective":"2026/07/05 18:20","type":"p0002004"}]""");
        Assert.True(lifted.Cancel);
        Assert.Equal("Extreme", lifted.Severity);
        Assert.Contains(lifted.Findings, f => f.Code == FindingCodes.ColourConflict.Code);
        Assert.False(Decode("nmc", """{"code":500,"msg":"error","data":null}""").Good);
    }

    [Fact]
    public void Both_qweather_interfaces_are_read_and_the_colour_decides()
    {
        var old = One("qweather", """{"code":"200","warning":[{"id":"1","pubTime":"2026-07-05T10:30+08:00","startTime":"2026-07-05T11:00+08:00","title":"x发布大风橙色预警","status":"active","severity":"Minor","severityColor":"Orange"}]}""");
        Assert.Equal(("Severe", false), (old.Severity, old.Cancel));
        Assert.Equal(new DateTimeOffset(2026, 7, 5, 3, 0, 0, TimeSpan.Zero), old.EventTime);
        var now = One("qweather", """{"metadata":{"zeroResult":false},"alerts":[{"id":"2","issuedTime":"2026-07-05T10:30+08:00","messageType":{"code":"cancel"},"severity":"minor","color":{"code":"blue"}}]}""");
        Assert.Equal(("Minor", true), (now.Severity, now.Cancel));
        Assert.True(Decode("qweather", """{"code":"200","warning":[]}""").Good);
        Assert.False(Decode("qweather", """{"code":"402"}""").Good);
    }

    [Fact]
    public void Meteoalarm_json_takes_its_severity_from_the_awareness_level_and_green_is_no_warning()
    {
        static string Text(string level) => $$$"""
            {"warnings":[{"alert":{"identifier":"2.49.0.1.578.0.1","sender":"a@b.no","sent":"2026-01-08T13:48:00+00:00","status":"Actual","msgType":"Alert","scope":"Public",
            "info":[{"language":"no","severity":"Minor","onset":"2026-01-08T15:00:00+00:00","expires":"2026-01-09T15:00:00+00:00","parameter":[{"value":"{{{level}}}","valueName":"awareness_level"}],"area":[{"areaDesc":"x","geocode":[{"value":"NO001","valueName":"EMMA_ID"}]}]}]},"uuid":"u"}]}
            """;
        Assert.Equal("Extreme", One("meteoalarm", Text("4; red; Extreme")).Severity);
        Assert.Contains(One("meteoalarm", Text("1; green; Minor")).Findings, f => f.Code == FindingCodes.NothingToWarn.Code);
        Assert.Equal("2.49.0.1.578.0.1", One("meteoalarm", Text("2; yellow; Moderate")).Id);
    }

    [Fact]
    public void The_legacy_index_of_meteoalarm_gives_a_record_for_each_entry()
    {
        var d = FeedDecoders.ByKind["meteoalarm"](Corpus.Bytes("c0139.atom"), null);
        Assert.Equal(232, d.Records.Count);
        Assert.Equal(("2.49.0.1.372.0.221206232741.M_LowTemp003", "Moderate", "Actual"), (d.Records[0].Id, d.Records[0].Severity, d.Records[0].Status));
        Assert.All(d.Records, r => Assert.Contains(r.Findings, f => f.Code == FindingCodes.FeedLinked.Code));
    }

    [Fact]
    public void A_dwd_archive_gives_each_warning_and_a_broken_member_hides_no_other()
    {
        var names = Corpus.Files().Select(f => Path.GetFileName(f)!).Where(n => n is "c0183.xml" or "c0184.xml" or "c0186.xml").ToList();
        var bytes = Zip([.. names.Select(n => (n, Corpus.Bytes(n))), ("../../etc/x.xml", Encoding.UTF8.GetBytes("<alert")), ("readme.txt", [1, 2, 3])]);
        var d = FeedDecoders.ByKind["dwd"](bytes, null);
        Assert.NotEmpty(names);
        Assert.Equal(names.Count, d.Records.Count);
        Assert.Equal(FindingCodes.NotWellFormed.Code, Assert.Single(d.Findings).Code);
        Assert.Contains(FeedDecoders.ByKind["dwd"](bytes.AsMemory(0, bytes.Length / 2), null).Findings, f => f.Code == FindingCodes.FeedArchive.Code);
    }

    [Fact]
    public void An_archive_that_grows_without_end_is_not_unpacked()
    {
        var d = FeedDecoders.ByKind["dwd"](Zip([("a.xml", new byte[40 << 20])]), null);
        Assert.Empty(d.Records);
        Assert.Equal(FindingCodes.FeedArchive.Code, Assert.Single(d.Findings).Code);
    }

    [Fact]
    public void Every_cap_file_gives_one_record_for_each_alert_that_is_not_rejected()
    {
        foreach (var file in Corpus.Files())
        {
            var bytes = File.ReadAllBytes(file);
            if (FeedReader.Read(bytes).IsFeed) continue;
            var usable = CapReader.Read(bytes, new CapReaderOptions { AgeMax = null }).Messages.Where(m => m.Disposition != Disposition.Reject).Select(m => (m.Alert!.Identifier, m.Alert.MsgType == MsgType.Cancel));
            Assert.Equal(usable, FeedDecoders.ByKind["cap-feed"](bytes, null).Records.Select(r => (r.Id, r.Cancel)));
        }
    }

    [Fact]
    public void A_colour_is_found_in_long_and_hyphenated_titles_and_hostile_ones_end()
    {
        static WarningColour Of(string headline) => CmaProfile.ColourOf(new Info { Headline = headline });
        Assert.Equal(WarningColour.Yellow, Of("Observatory issues yellow rain-and-wind warning [Level III/Heavy]"));
        Assert.Equal(WarningColour.None, Of("Red River rises"));
        Assert.Equal(WarningColour.None, Of("red " + new string('-', 100_000) + "x"));
        Assert.Equal(WarningColour.None, Of("red " + string.Concat(Enumerable.Repeat("a-", 50_000)) + "!"));
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Bytes)> members)
    {
        var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in members)
            {
                using var to = archive.CreateEntry(name).Open();
                to.Write(bytes);
            }
        }

        return memory.ToArray();
    }
}
