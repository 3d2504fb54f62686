using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Tests.Targeting;

public sealed class TargetingConfigTests
{
    [Fact]
    public void A_file_changes_what_it_names_and_keeps_the_rest()
    {
        var config = TargetingConfig.Parse("""{ /* why */ "householdsMax": 10, "blue": { "sms": "none", "push": "responsible" }, }""");
        Assert.Equal((10, 60_000), (config.HouseholdsMax, config.VerticesMax));
        Assert.Equal((Reach.None, Reach.Responsible), (config.For(WarningColour.Blue).Sms, config.For(WarningColour.Blue).Push));
        Assert.True(config.For(WarningColour.Red).Broadcast);
    }

    [Theory]
    [InlineData("""{"householdsmaximum":1}""")]
    [InlineData("""{"blue":{"sms":"everyone"}}""")]
    [InlineData("""{"blue":{"sms":2}}""")]
    public void Words_that_it_does_not_know_are_refused(string json) => Assert.ThrowsAny<JsonException>(() => TargetingConfig.Parse(json));

    [Fact]
    public void All_numbers_out_of_range_are_named_at_once()
    {
        var thrown = Assert.Throws<InvalidDataException>(() => TargetingConfig.Parse("""{"minimumRadiusKm":0,"householdsMax":0}"""));
        Assert.Contains("minimumRadiusKm", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("householdsMax", thrown.Message, StringComparison.Ordinal);
    }
}
