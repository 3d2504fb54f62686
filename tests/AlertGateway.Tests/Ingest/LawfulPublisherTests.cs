using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Tests.Approval;
using Xunit;

namespace AlertGateway.Tests.Ingest;

public sealed class LawfulPublisherTests
{
    private static readonly LawfulPublishers Publishers = LawfulPublishers.Parse(Shipped.Read("publishers.json"));

    [Theory]
    [InlineData("11B03", "溧阳市气象台", null)]
    [InlineData("11B03", "某某公司", "publisher.not-lawful")]
    [InlineData("11A01", "溧阳市水利局", null)]
    [InlineData("11A01", "溧阳市教育局", "publisher.not-lawful")]
    [InlineData("11C01", "江苏省地震局", null)]
    [InlineData("11D02", "溧阳市自然资源和规划局", null)]
    [InlineData("FLW", "anybody", null)]
    [InlineData("12A01", "anybody", null)]
    public void Each_national_event_code_names_its_lawful_publisher(string code, string sender, string? hold) =>
        Assert.Equal(hold, Hold(new CapText { Identifier = "x1", Sender = "s", EventCode = code, SenderName = sender })?.Code);

    [Fact]
    public void The_department_in_a_national_identifier_counts_where_the_name_says_nothing() =>
        Assert.Null(Hold(new CapText { SenderName = "Liyang", Sender = "Liyang" }));

    [Theory]
    [InlineData("{}")]
    [InlineData("""[{"events":[],"name":"x","nameEnglish":"x","senderWords":["x"]}]""")]
    public void A_file_of_another_form_is_refused(string json) => Assert.Throws<InvalidDataException>(() => LawfulPublishers.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

    private static HoldReason? Hold(CapText text) => Publishers.HoldOf(CapReader.Read(text.Bytes).Messages[0].Alert!);
}
