using System.Text;
using AlertGateway.Cap;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class ReaderTests
{
    [Fact]
    public void A_clean_alert_is_accepted_without_a_finding()
    {
        var message = ACap.One(ACap.Alert());
        Assert.Empty(message.Findings);
        Assert.Equal((Disposition.Accept, true, SignatureOutcome.Unsigned, CapVersion.V12), (message.Disposition, message.XsdValid, message.Signature, message.Version));
        var key = message.Alert!.Key!.Value;
        Assert.Equal(new AlertKey("liyang@example.org", "A1", new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), "x"), key);
        Assert.Equal(new GeoPoint(31.3, 119.4), message.Alert.Infos[0].Areas[0].Polygons[0].Points[0]);
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "document.doctype")]
    [InlineData("garbage", "document.not-well-formed")]
    public void What_cannot_be_parsed_safely_is_rejected(string prefix, string code)
    {
        var message = ACap.One(prefix + ACap.Alert());
        Assert.Equal(code, Assert.Single(message.Findings).Code);
        Assert.Equal(Disposition.Reject, message.Disposition);
        Assert.Null(message.XsdValid);
        Assert.Null(message.Alert);
    }

    [Theory]
    [InlineData("identifier")]
    [InlineData("sender")]
    [InlineData("sent")]
    public void An_alert_without_identity_is_rejected(string element)
    {
        var xml = System.Text.RegularExpressions.Regex.Replace(ACap.Alert(), $"<{element}>.*?</{element}>", "");
        Assert.Equal(Disposition.Reject, ACap.One(xml).Disposition);
    }

    [Theory]
    [InlineData("status", "Aktual", "status.unknown")]
    [InlineData("msgType", "Cancle", "msgType.unknown")]
    [InlineData("scope", "World", "scope.unknown")]
    [InlineData("sent", "2026-07-01T08:00:00", "time.no-offset")]
    [InlineData("sent", "2569-07-01T08:00:00+07:00", "time.implausible")]
    [InlineData("sent", "0115-07-01T08:00:00+08:00", "time.implausible")]
    [InlineData("sent", "yesterday", "time.unreadable")]
    [InlineData("identifier", "A,1", "identifier.characters")]
    [InlineData("expires", "2026-07-01T07:00:00+08:00", "expires.not-after-sent")]
    [InlineData("polygon", "119.4,31.3 119.4,31.5 119.6,31.5 119.4,31.3", "coordinate.swapped")]
    [InlineData("polygon", "31,119 nonsense 32,119", "polygon.unreadable")]
    [InlineData("polygon", "31,119,5 31,120,5 32,119,5 31,119,5", "polygon.unreadable")]
    [InlineData("polygon", "31,119 31,119 31,119 31,119", "polygon.degenerate")]
    [InlineData("polygon", "", "area.not-located")]
    public void Doubt_about_identity_authority_time_or_area_is_a_case_for_a_person(string element, string value, string code)
    {
        var xml = System.Text.RegularExpressions.Regex.Replace(ACap.Alert(), $"<{element}>.*?</{element}>", $"<{element}>{value}</{element}>");
        var message = ACap.One(xml);
        Assert.Contains(message.Findings, f => f.Code == code);
        Assert.Equal(Disposition.Quarantine, message.Disposition);
    }

    [Fact]
    public void A_Thai_year_comes_with_the_hint_that_explains_it()
    {
        var message = ACap.One(ACap.Alert(sent: "2569-07-01T08:00:00+07:00"));
        Assert.Contains(message.Findings, f => f.Message.Contains("2026", StringComparison.Ordinal) && f.Message.Contains("Buddhist", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2026-07-01T24:00:00+08:00", "2026-07-01T16:00:00Z")]
    [InlineData("2026-07-01T23:59:60+08:00", "2026-07-01T15:59:59Z")]
    [InlineData("2026-07-01 12:00:00+0800", "2026-07-01T04:00:00Z")]
    [InlineData("2026-07-01T12:00+08", "2026-07-01T04:00:00Z")]
    [InlineData("2026-07-01T04:00:00.250Z", "2026-07-01T04:00:00.25Z")]
    public void Times_are_read_as_senders_write_them_and_remarked_upon(string written, string instant)
    {
        var message = ACap.One(ACap.Alert(ACap.Info(times: $"<expires>{written}</expires>")));
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), message.Alert!.Infos[0].Expires);
        Assert.True(message.Has(FindingCodes.TimeForm));
        Assert.Equal(Disposition.Accept, message.Disposition);
    }

    [Theory]
    [InlineData("2026-07-01T24:00:01+08:00")]
    [InlineData("2026-07-01T24:01:00+08:00")]
    [InlineData("2026-07-01T25:00:00+08:00")]
    public void A_time_that_no_clock_shows_is_a_case_for_a_person(string written)
    {
        var message = ACap.One(ACap.Alert(ACap.Info(times: $"<expires>{written}</expires>")));
        Assert.True(message.Has(FindingCodes.TimeUnreadable));
        Assert.Equal(Disposition.Quarantine, message.Disposition);
    }

    [Fact]
    public void An_alert_from_long_before_its_receipt_is_doubted_only_when_an_age_is_set()
    {
        var received = new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(Disposition.Quarantine, ACap.One(ACap.Alert(), new CapReaderOptions { ReceivedAt = received }).Disposition);
        Assert.Equal(Disposition.Accept, ACap.One(ACap.Alert(), new CapReaderOptions { ReceivedAt = received, AgeMax = null }).Disposition);
    }

    [Theory]
    [InlineData("31.3,119.4 31.5,119.4 31.5,119.6", "polygon.open")]
    [InlineData("\n 31.3,119.4  31.5,119.4\n31.5,119.6 31.3,119.4 ", "polygon.spacing")]
    [InlineData("31.3, 119.4 31.5, 119.4 31.5, 119.6 31.3, 119.4", "polygon.spacing")]
    public void A_sloppy_polygon_is_read_and_remarked_upon(string polygon, string code)
    {
        var message = ACap.One(ACap.Alert(ACap.Info($"<area><areaDesc>x</areaDesc><polygon>{polygon}</polygon></area>")));
        if (code != "polygon.spacing" || !polygon.StartsWith('\n')) Assert.Contains(message.Findings, f => f.Code == code);
        Assert.Equal(Disposition.Accept, message.Disposition);
        Assert.Equal(4, message.Alert!.Infos[0].Areas[0].Polygons[0].Points.Count);
    }

    [Fact]
    public void Order_prefix_and_missing_namespace_do_not_change_what_is_read()
    {
        var plain = ACap.One(ACap.Alert()).Alert!;
        var prefixed = ACap.One(System.Text.RegularExpressions.Regex.Replace(ACap.Alert(ns: "N"), "<(/?)", "<$1c:").Replace("xmlns=\"N\"", "xmlns:c=\"urn:oasis:names:tc:emergency:cap:1.2\"", StringComparison.Ordinal));
        var bare = ACap.One(ACap.Alert(ns: ""));
        AlertComparison.AssertSame(plain, prefixed.Alert!);
        AlertComparison.AssertSame(plain, bare.Alert!);
        Assert.True(prefixed.XsdValid);
        Assert.False(bare.XsdValid);
        Assert.Equal(Disposition.Accept, bare.Disposition);
    }

    [Fact]
    public void Elements_in_any_order_give_the_same_alert()
    {
        var plain = ACap.One(ACap.Alert()).Alert!;
        string[] header = ["<identifier>A1</identifier>", "<sender>liyang@example.org</sender>", "<sent>2026-07-01T08:00:00+08:00</sent>", "<status>Actual</status>", "<msgType>Alert</msgType>", "<scope>Public</scope>", ACap.Info()];
        Gen.Shuffle(header).Sample(shuffled =>
        {
            var message = ACap.One($"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">{string.Concat(shuffled)}</alert>");
            AlertComparison.AssertSame(plain, message.Alert!);
            return message.Disposition == Disposition.Accept && message.Alert!.Key == plain.Key;
        }, iter: 200);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        Gen.Byte.Array[0, 400].Sample(bytes => CapReader.Read(bytes).Messages.Count >= 1, iter: 2_000);
        var real = Corpus.Bytes("c0106.xml");
        Gen.Select(Gen.Int[0, real.Length - 1], Gen.Byte, Gen.Int[0, real.Length - 1]).Array[1, 6].Sample(edits =>
        {
            var bytes = (byte[])real.Clone();
            foreach (var (at, value, from) in edits)
            {
                bytes[at] = value;
                bytes[from] = bytes[at / 2];
            }

            return CapReader.Read(bytes).Messages.Count >= 1 && FeedReader.Read(bytes).Entries.Count >= 0;
        }, iter: 1_000);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("gb18030")]
    public void Encodings_are_read_as_declared_or_marked(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes($"<?xml version=\"1.0\" encoding=\"{name}\"?>{ACap.Alert()}")];
        var message = Assert.Single(CapReader.Read(bytes).Messages);
        Assert.Equal("暴雨", message.Alert!.Infos[0].Event);
        Assert.Equal(Disposition.Accept, message.Disposition);
    }

    [Fact]
    public void Utf8_that_calls_itself_utf16_is_read_and_remarked_upon()
    {
        var message = ACap.One("<?xml version=\"1.0\" encoding=\"utf-16\"?>" + ACap.Alert());
        Assert.Equal("暴雨", message.Alert!.Infos[0].Event);
        Assert.True(message.Has(FindingCodes.EncodingMisdeclared));
    }

    [Fact]
    public void Too_much_of_anything_is_quarantined_or_rejected_and_never_crashes()
    {
        var ring = string.Join(' ', Enumerable.Range(0, 60_001).Select(i => FormattableString.Invariant($"{30 + i * 1e-5:0.00000},119.4"))) + " 31,120 30,119.4";
        var many = ACap.One(ACap.Alert(ACap.Info($"<area><areaDesc>x</areaDesc><polygon>{ring}</polygon></area>")));
        Assert.True(many.Has(FindingCodes.VerticesOversized));
        Assert.Equal(Disposition.Quarantine, many.Disposition);
        var areas = ACap.One(ACap.Alert(ACap.Info(string.Concat(Enumerable.Repeat(ACap.Area, 2_001)))));
        Assert.True(areas.Has(FindingCodes.AreasOversized));
        Assert.Equal((Disposition.Quarantine, 2_000), (areas.Disposition, areas.Alert!.Infos[0].Areas.Count));
        var infos = ACap.One(ACap.Alert(string.Concat(Enumerable.Repeat(ACap.Info(), 65))));
        Assert.True(infos.Has(FindingCodes.InfosOversized));
        var deep = ACap.One(ACap.Alert(string.Concat(Enumerable.Repeat("<a>", 5_000)) + string.Concat(Enumerable.Repeat("</a>", 5_000))));
        Assert.Equal("document.too-deep", Assert.Single(deep.Findings).Code);
        Assert.Equal("document.too-large", Assert.Single(CapReader.Read(new byte[5_767_169]).Messages[0].Findings).Code);
    }

    [Fact]
    public void A_second_identifier_is_doubt_about_identity()
    {
        var message = ACap.One(ACap.Alert(extra: "<identifier>B2</identifier>"));
        Assert.Equal("A1", message.Alert!.Identifier);
        Assert.True(message.Has(FindingCodes.HeaderRepeated));
        Assert.Equal(Disposition.Quarantine, message.Disposition);
    }

    [Fact]
    public void Foreign_elements_cannot_pose_as_CAP()
    {
        var message = ACap.One(ACap.Alert(extra: "<x:status xmlns:x=\"urn:x\">Test</x:status>"));
        Assert.Equal(AlertStatus.Actual, message.Alert!.Status);
        Assert.True(message.Has(FindingCodes.ElementForeign));
    }

    [Theory]
    [InlineData("a@x,1,2026-06-01T00:00:00-00:00\n\tb@x,2,2026-06-02T00:00:00-00:00", 2)]
    [InlineData("Two Words,id 1,2026-06-01T00:00:00-00:00 b@x,2,2026-06-02T00:00:00-00:00", 2)]
    [InlineData("a@x,1", 1)]
    public void References_are_read_as_senders_write_them(string text, int count)
    {
        var message = ACap.One(ACap.Alert(msgType: "Update", extra: $"<references>{text}</references>"));
        Assert.Equal(count, message.Alert!.References.Count);
        Assert.Equal(Disposition.Accept, message.Disposition);
    }

    [Fact]
    public void Update_and_cancel_must_say_what_they_change()
    {
        Assert.Equal(Disposition.Quarantine, ACap.One(ACap.Alert(msgType: "Update")).Disposition);
        Assert.Equal(Disposition.Quarantine, ACap.One(ACap.Alert(info: "", msgType: "Cancel")).Disposition);
        Assert.Equal(Disposition.Accept, ACap.One(ACap.Alert(info: "", msgType: "Cancel", extra: "<references>a@x,1,2026-06-01T00:00:00-00:00</references>")).Disposition);
    }

    [Fact]
    public void Cap_1_0_pairs_and_words_are_upgraded()
    {
        const string area = "<area><areaDesc>x</areaDesc><geocode>FIPS6=006033</geocode></area>";
        var info = ACap.Info(area).Replace("Observed", "Very Likely", StringComparison.Ordinal);
        var alert = ACap.One(ACap.Alert(info, ns: "http://www.incident.com/cap/1.0").Replace("<scope>Public</scope>", "", StringComparison.Ordinal));
        Assert.True(alert.XsdValid);
        Assert.Equal((Disposition.Accept, AlertScope.Public, Certainty.Likely), (alert.Disposition, alert.Alert!.Scope, alert.Alert.Infos[0].Certainty));
        Assert.Equal(new NamedValue("FIPS6", "006033"), alert.Alert.Infos[0].Areas[0].Geocodes[0]);
    }

    [Fact]
    public void Alerts_in_EDXL_in_CDATA_and_in_containers_are_all_found()
    {
        var edxl = ACap.Read($"<EDXLDistribution xmlns=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\"><contentObject><xmlContent><embeddedXMLContent>{ACap.Alert()}</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>");
        Assert.Equal((CapRoot.Edxl, "A1", true), (edxl.Root, edxl.Messages[0].Alert!.Identifier, edxl.Messages[0].XsdValid));
        var rss = ACap.Read($"<rss><channel><item><description><![CDATA[<?xml version=\"1.0\" encoding=\"utf-16\"?>{ACap.Alert()}]]></description></item></channel></rss>");
        Assert.Equal((CapRoot.Rss, Disposition.Accept), (rss.Root, rss.Messages[0].Disposition));
        var container = ACap.Read($"<c:alerts xmlns:c=\"urn:oasis:names:tc:emergency:cap:1.2\">{System.Text.RegularExpressions.Regex.Replace(ACap.Alert(), "<(/?)", "<$1c:")}{ACap.Alert(identifier: "A2")}</c:alerts>");
        Assert.Equal(["A1", "A2"], container.Messages.Select(m => m.Alert!.Identifier));
        Assert.Equal([0, 1], container.Messages.Select(m => m.Index));
        Assert.All(container.Messages, m => Assert.True(m.XsdValid));
        Assert.Equal(container.Messages[0].Alert!.Key, CapReader.Read(container.Messages[0].RawBytes).Messages[0].Alert!.Key);
    }
}
