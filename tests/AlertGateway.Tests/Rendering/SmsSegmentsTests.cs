using AlertGateway.Core.Rendering;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Rendering;

public sealed class SmsSegmentsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(70, 1)]
    [InlineData(71, 2)]
    [InlineData(134, 2)]
    [InlineData(135, 3)]
    [InlineData(201, 3)]
    [InlineData(202, 4)]
    [InlineData(500, 8)]
    public void Chinese_takes_70_units_alone_and_67_a_part(int length, int segments) => Assert.Equal(segments, SmsSegments.Count(new string('雨', length)));

    [Theory]
    [InlineData(160, 1)]
    [InlineData(161, 2)]
    [InlineData(306, 2)]
    [InlineData(307, 3)]
    [InlineData(459, 3)]
    public void The_default_alphabet_takes_160_alone_and_153_a_part(int length, int segments) => Assert.Equal(segments, SmsSegments.Count(new string('a', length)));

    [Fact]
    public void Signs_of_the_extension_table_take_two_septets_and_are_not_split()
    {
        Assert.Equal(1, SmsSegments.Count(new string('€', 80)));
        Assert.Equal(2, SmsSegments.Count(new string('€', 81)));
        // 152 + an escaped sign: the pair does not fit into the first part's 153.
        Assert.Equal(3, SmsSegments.Count(new string('a', 152) + "€" + new string('a', 152)));
    }

    [Fact]
    public void A_surrogate_pair_is_not_split_over_two_parts() => Assert.Equal(3, SmsSegments.Count(new string('雨', 66) + "😀" + new string('雨', 66)));

    [Fact]
    public void The_count_is_that_of_laying_characters_out_one_by_one() =>
        Gen.OneOf(Gen.String[Gen.Char["abc[]€^~éàΔ\n"], 0, 700], Gen.String[Gen.Char["雨a。€\u00e7"], 0, 400], Gen.Int[0, 150].Select(n => string.Concat(Enumerable.Repeat("雨😀", n)))).Sample(text => SmsSegments.Count(text) == Laid(text));

    private static int Laid(string text)
    {
        if (text.Length == 0) return 0;
        const string Escaped = "\f^{}\\[~]|€";
        var gsm = SmsSegments.IsGsm7(text);
        var sizes = new List<int>();
        foreach (var rune in text.EnumerateRunes()) sizes.Add(gsm ? Escaped.Contains((char)rune.Value, StringComparison.Ordinal) ? 2 : 1 : rune.Utf16SequenceLength);
        if (sizes.Sum() <= (gsm ? 160 : 70)) return 1;
        var parts = new List<int> { 0 };
        foreach (var size in sizes)
        {
            if (parts[^1] + size > (gsm ? 153 : 67)) parts.Add(0);
            parts[^1] += size;
        }

        return parts.Count;
    }
}
