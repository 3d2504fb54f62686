using AlertGateway.Core.Targeting;

namespace AlertGateway.Tests.Targeting;

public sealed class DivisionCodeTests
{
    [Theory]
    [InlineData("320481000000", "320481")]
    [InlineData("320481", "320481")]
    [InlineData("320400", "3204")]
    [InlineData("320000000000", "32")]
    [InlineData("320481100", "320481100")]
    [InlineData("320481100000", "320481100")]
    [InlineData("320481000", "320481")]
    [InlineData("320481001200", "320481001200")]
    public void Groups_of_zeros_at_the_end_mean_all_below(string code, string prefix)
    {
        Assert.True(DivisionCode.TryPrefix(code, out string found));
        Assert.Equal(prefix, found);
    }

    [Theory]
    [InlineData("000000000000")]
    [InlineData("000000")]
    [InlineData("")]
    [InlineData("32")]
    [InlineData("32048")]
    [InlineData("3204810000000")]
    [InlineData("32048100000x")]
    [InlineData("３２０４８１")]
    [InlineData("320000001000")]
    public void Anything_else_names_nothing_and_least_of_all_everybody(string code) => Assert.False(DivisionCode.TryPrefix(code, out _));
}
