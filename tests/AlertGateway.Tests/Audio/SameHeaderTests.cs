using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

public sealed class SameHeaderTests
{
    public const string Example = "ZCZC-CIV-FFW-044010-044011+0100-3271430-GZEWC/CN-";

    [Fact]
    public void A_header_reads_into_its_parts_and_back()
    {
        Assert.True(SameHeader.TryParse(Example, out var header, out _));
        Assert.Equal(("CIV", "FFW", 327, "GZEWC/CN"), (header!.Originator, header.Event, header.DayOfYear, header.Station));
        Assert.Equal(["044010", "044011"], header.Locations);
        Assert.Equal(TimeSpan.FromHours(1), header.ValidFor);
        Assert.Equal(Example, header.ToString());
    }

    [Fact]
    public void The_issue_time_is_the_day_of_the_year_in_utc()
    {
        var header = SameHeader.Create("CIV", "CEM", [SameCodes.LocationOf("320481000000")], TimeSpan.FromMinutes(90), new DateTimeOffset(2026, 1, 1, 2, 10, 0, TimeSpan.FromHours(8)), "AGW-TEST");
        Assert.Equal("ZCZC-CIV-CEM-032048+0130-3651810-AGW/TEST-", header.ToString());
    }

    [Theory]
    [InlineData("ZCZC-CIV-FFW-044010+0100-3271430-GZEWC/C-", "station")]
    [InlineData("ZCZC-CIV-FFW-44010+0100-3271430-GZEWC/CN-", "six digits")]
    [InlineData("ZCZC-CIV-FFW-044010+0110-3271430-GZEWC/CN-", "steps")]
    [InlineData("ZCZC-CIV-FFW-044010+0145-3271430-GZEWC/CN-", "steps")]
    [InlineData("ZCZC-CIV-FFW-044010+0100-3671430-GZEWC/CN-", "day")]
    [InlineData("ZCZC-CIV-FFW-044010+0100-3272460-GZEWC/CN-", "hour")]
    [InlineData("ZCZC-CIV-ffw-044010+0100-3271430-GZEWC/CN-", "event")]
    [InlineData("ZCZC-CIV-FFW+0100-3271430-GZEWC/CN-", "location")]
    [InlineData("ZCZC-CIV-FFW-044010+0100-3271430-GZEWC/CN", "final dash")]
    [InlineData("NNNN", "ZCZC")]
    public void A_header_outside_the_grammar_is_refused_with_its_reason(string text, string reason)
    {
        Assert.False(SameHeader.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Thirty_one_locations_are_taken_and_thirty_two_are_refused_not_cut()
    {
        string WithLocations(int count) => $"ZCZC-WXR-TOR{string.Concat(Enumerable.Range(1, count).Select(n => $"-{n:000000}"))}+0030-0010000-KTST/NWS-";
        Assert.True(SameHeader.TryParse(WithLocations(31), out _, out _));
        Assert.False(SameHeader.TryParse(WithLocations(32), out _, out _));
        Assert.Throws<FormatException>(() => SameSignal.Header(WithLocations(32), 22_050));
    }
}
