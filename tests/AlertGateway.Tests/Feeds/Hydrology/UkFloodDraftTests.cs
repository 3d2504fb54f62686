using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.UkFlood;

namespace AlertGateway.Tests.Feeds.Hydrology;

/// <summary>England's flood warnings as drafts. The documents are made up, in the layout that the flood-monitoring API documents.</summary>
public sealed class UkFloodDraftTests
{
    private const string Raised = "2026-06-30T20:15:00", Changed = "2026-07-01T06:40:00";

    [Theory]
    [InlineData(1, "Extreme", "Severe flood warning")]
    [InlineData(2, "Severe", "Flood warning")]
    [InlineData(3, "Moderate", "Flood alert")]
    public void A_flood_in_force_is_a_draft_with_its_own_words_and_its_areas_code(int level, string severity, string said)
    {
        var draft = Draft(Flood(level, Raised, Raised));
        var info = Assert.Single(draft.Infos);
        Assert.Equal(("122WAF999_20260630201500", "environment.data.gov.uk", MsgType.Alert, AlertStatus.Actual), (draft.Identifier, draft.Sender, draft.MsgType, draft.Status));
        Assert.Equal((severity, $"{said}: Upper Example Beck", "River levels are rising."), (info.Severity.ToString(), info.Headline, info.Description));
        Assert.Equal((Urgency.Unknown, Certainty.Unknown, (DateTimeOffset?)null), (info.Urgency, info.Certainty, info.Expires)); // not said
        Assert.Equal(new NamedValue("TargetAreaCode", "122WAF999"), Assert.Single(Assert.Single(info.Areas).Geocodes));
        Assert.Empty(info.Areas[0].Polygons);
    }

    [Fact]
    public void A_later_message_names_the_first_and_the_end_of_a_warning_is_its_cancel()
    {
        var first = Draft(Flood(3, Raised, Raised));
        var update = Draft(Flood(2, Raised, Changed));
        var cancel = Draft(Flood(4, Raised, "2026-07-02T09:00:00"));
        Assert.Equal((MsgType.Alert, MsgType.Update, MsgType.Cancel), (first.MsgType, update.MsgType, cancel.MsgType));
        foreach (var later in (Alert[])[update, cancel])
        {
            var reference = Assert.Single(later.References);
            Assert.Equal((first.Sender, first.Identifier, (DateTimeOffset?)first.Sent), (reference.Sender, reference.Identifier, reference.Sent));
        }

        Assert.Equal(3, new[] { first.Identifier, update.Identifier, cancel.Identifier }.Distinct().Count());
    }

    [Fact]
    public void The_draft_reads_back_as_the_same_alert_with_nothing_to_be_rejected()
    {
        var draft = Draft(Flood(2, Raised, Changed));
        var read = Assert.Single(CapReader.Read(CapWriter.Write(draft), new CapReaderOptions { AgeMax = null }).Messages);
        Assert.Equal(Disposition.Accept, read.Disposition);
        Assert.Equal((draft.Identifier, draft.Infos[0].Headline, draft.References[0].Identifier), (read.Alert!.Identifier, read.Alert.Infos[0].Headline, read.Alert.References[0].Identifier));
    }

    [Theory]
    [InlineData("h0068.json", "011WAFDW_20190823085100", "Severe flood warning: Upper River Derwent, Stonethwaite Beck and Derwent Water")]
    [InlineData("h0090.json", "061WAF06Coln_20200402072506", "Flood alert: River Coln and its tributaries")]
    public void The_agencys_own_lists_make_drafts_too(string file, string identifier, string headline)
    {
        var records = UkFloodDecoder.Decode(File.ReadAllBytes(Path.Combine(Cap.Corpus.RepositoryRoot(), "tests", "corpus", "hydro", file)), null).Records;
        var draft = records[0].Draft;
        Assert.NotNull(draft);
        Assert.Equal((identifier, headline), (draft.Identifier, draft.Infos[0].Headline));
    }

    [Theory]
    [InlineData("\"severityLevel\":9,\"timeRaised\":\"2026-06-30T20:15:00\"")]
    [InlineData("\"severityLevel\":1")]
    public void Without_a_known_severity_or_a_time_nothing_is_laid_on_a_desk(string said)
    {
        var record = Assert.Single(UkFloodDecoder.Decode(Encoding.UTF8.GetBytes($$"""{"items":[{"floodAreaID":"122WAF999",{{said}}}]}"""), null).Records);
        Assert.Null(record.Draft);
        Assert.NotEmpty(record.Findings);
    }

    private static Alert Draft(string json)
    {
        var decoded = UkFloodDecoder.Decode(Encoding.UTF8.GetBytes(json), null);
        Assert.True(decoded.Good);
        var draft = Assert.Single(decoded.Records).Draft;
        Assert.NotNull(draft);
        return draft;
    }

    private static string Flood(int level, string raised, string changed) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"@context":"http://environment.data.gov.uk/flood-monitoring/meta/context.jsonld","meta":{"publisher":"Environment Agency","version":"0.9"},"items":[{
          "@id":"http://environment.data.gov.uk/flood-monitoring/id/floods/122WAF999","description":"Upper Example Beck","eaAreaName":"Yorkshire","eaRegionName":"North East",
          "floodArea":{"@id":"http://environment.data.gov.uk/flood-monitoring/id/floodAreas/122WAF999","county":"Example","notation":"122WAF999","polygon":"http://environment.data.gov.uk/flood-monitoring/id/floodAreas/122WAF999/polygon","riverOrSea":"Example Beck"},
          "floodAreaID":"122WAF999","isTidal":false,"message":"River levels are rising.","severity":"As graded","severityLevel":{{level}},
          "timeMessageChanged":"{{changed}}","timeRaised":"{{raised}}","timeSeverityChanged":"{{changed}}"}]}
        """);
}
