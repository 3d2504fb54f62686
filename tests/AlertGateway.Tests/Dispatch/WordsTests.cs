using AlertGateway.Core;
using CsCheck;

namespace AlertGateway.Tests.Dispatch;

public sealed class WordsTests
{
    [Fact]
    public void A_tag_reads_back_as_it_was_written() =>
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[1, int.MaxValue], Gen.Byte, Gen.Byte, Gen.Byte).Sample((no, endpoint, channel, purpose, attempt) =>
        {
            var tag = new DeliveryTag(new DeliveryKey(no, endpoint, (ChannelKind)channel, (Purpose)purpose), attempt);
            return DeliveryTag.TryParse(tag.ToString(), out var read) && read == tag;
        });

    [Theory]
    [InlineData("")]
    [InlineData("d1-2-3-4")]
    [InlineData("d1-2-3-4-5-6")]
    [InlineData("d1-2-300-4-5")]
    [InlineData("d1--2-3-4")]
    [InlineData("x1-2-3-4-5-")]
    [InlineData("d1-2-3-4-99999999999")]
    public void Anything_else_is_no_tag(string text) => Assert.False(DeliveryTag.TryParse(text, out _));
}
