using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class CmaProfileTests
{
    [Theory]
    [InlineData("溧阳市气象台发布暴雨红色预警信号", WarningColour.Red)]
    [InlineData("溧阳市气象台发布大风蓝色预警[IV级/一般]", WarningColour.Blue)]
    [InlineData("溧阳市气象台将暴雨黄色预警信号升级为暴雨橙色预警信号", WarningColour.Orange)]
    [InlineData("Yuanshi County Meteorological Observatory updates blue warning for flash flood disasters [Level IV/General]", WarningColour.Blue)]
    [InlineData("issues Orange Rainstorm Warning", WarningColour.Orange)]
    [InlineData("Flood on the Red River", WarningColour.None)]
    [InlineData("黄河洪水", WarningColour.None)]
    [InlineData(null, WarningColour.None)]
    public void The_colour_is_taken_from_the_headline(string? headline, WarningColour colour)
    {
        var info = new Info { Headline = headline, Severity = Severity.Unknown };
        Assert.Equal(colour, CmaProfile.ColourOf(info));
        Assert.Equal(colour.ToSeverity(), CmaProfile.SeverityOf(info));
    }

    [Fact]
    public void A_colour_parameter_outranks_the_headline()
    {
        var info = new Info { Headline = "暴雨蓝色预警", Parameters = [new NamedValue("WarningColor", "Orange")] };
        Assert.Equal(WarningColour.Orange, CmaProfile.ColourOf(info));
    }

    [Fact]
    public void Colour_and_severity_map_both_ways()
    {
        foreach (var colour in Enum.GetValues<WarningColour>()) Assert.Equal(colour, WarningColours.FromSeverity(colour.ToSeverity()));
    }

    [Fact]
    public void The_identifier_begins_with_the_division()
    {
        Assert.Equal("130132", CmaProfile.DivisionOf("13013241600000_20260826160913"));
        Assert.Null(CmaProfile.DivisionOf("NWS-IDP-PROD-4412298"));
    }
}
