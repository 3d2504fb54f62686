using AlertGateway.Audio.SpokenText;
using CsCheck;

namespace AlertGateway.Tests.Speech;

public sealed class SpeechNormaliserTests
{
    [Fact]
    public void Every_example_is_spoken_as_a_Chinese_reader_would()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(SpeechConfig.Examples).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var columns = line.Split('\t');
            count++;
            var spoken = SpeechNormaliser.Normalise(columns[0]);
            if (spoken != columns[1]) wrong.Add($"{columns[0]} → {spoken}, expected {columns[1]}");
        }
        Assert.True(count >= 300, $"{count} examples");
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_digit_is_left_whatever_the_text() =>
        Gen.OneOf(Gen.Char["0123456789.-~:/%年月日时分级米℃ⅢG,（）【】点号第"], Gen.Char['\u4e00', '\u9fff']).Array[0, 40].Sample(chars =>
        {
            var spoken = SpeechNormaliser.Normalise(new string(chars));
            Assert.DoesNotContain(spoken, char.IsAsciiDigit);
            Assert.DoesNotContain(spoken, c => c is '%' or '~' or '℃' or '/' or '【' or '（');
        }, iter: 20_000);

    [Fact]
    public void A_text_longer_than_the_bound_is_refused() =>
        Assert.Throws<ArgumentException>(() => SpeechNormaliser.Normalise(new string('雨', SpeechNormaliser.CharactersMax + 1)));

    [Theory]
    [InlineData("Call 110 if trapped.", "Call 1 1 0 if trapped.")]
    [InlineData("Gusts of 60-80 km/h, rain 50 mm.", "Gusts of 60 to 80 kilometres per hour, rain 50 millimetres.")]
    [InlineData("Down to -5°C (tonight)", "Down to minus 5 degrees Celsius, tonight")]
    [InlineData("Magnitude 6.5 at 14:30. (Update)", "Magnitude 6.5 at 14:30. Update")]
    [InlineData("See https://example.org/a for more.", "See for more.")]
    [InlineData("EXERCISE 【演练】 Move now!", "EXERCISE, Move now!")]
    public void English_is_written_out_where_an_engine_would_stumble(string text, string spoken) => Assert.Equal(spoken, EnglishNormaliser.Normalise(text));
}
