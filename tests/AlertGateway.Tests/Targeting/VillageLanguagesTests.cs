using AlertGateway.Core.Targeting;

namespace AlertGateway.Tests.Targeting;

public sealed class VillageLanguagesTests
{
    [Fact]
    public void The_longest_code_that_fits_decides()
    {
        var languages = VillageLanguages.Parse("""{"orders":[["zh","en"],["en","zh"],["wuu","zh"]],"villages":{"320481104":2,"320481104201":1}}""");
        Assert.Equal(0, languages.OrderOf("320481100001"));
        Assert.Equal(2, languages.OrderOf("320481104200"));
        Assert.Equal(1, languages.OrderOf("320481104201"));
    }

    [Theory]
    [InlineData("""{"orders":[]}""")]
    [InlineData("""{"orders":[["wuu"]]}""")]
    [InlineData("""{"orders":[["zh","zh"]]}""")]
    [InlineData("""{"orders":[["zh"],["zh"]]}""")]
    [InlineData("""{"orders":[["../zh","zh"]]}""")]
    [InlineData("""{"orders":[["zh"]],"villages":{"320481":1}}""")]
    [InlineData("""{"orders":[["zh"]],"villages":{"x":0}}""")]
    [InlineData("""{"orders":[["zh"]],"voices":{}}""")]
    [InlineData("null")]
    public void What_would_leave_a_village_without_words_is_refused(string json) => Assert.Throws<InvalidDataException>(() => VillageLanguages.Parse(json));
}
