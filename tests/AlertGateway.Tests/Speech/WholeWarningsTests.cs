using AlertGateway.Audio.SpokenText;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

/// <summary>Fifty whole warnings from written form to phonemes.</summary>
public sealed class WholeWarningsTests
{
    private static string[] Warnings() => [.. File.ReadLines(SpeechConfig.WholeWarnings).Where(line => line.Length > 0 && line[0] != '#')];

    [Fact]
    public void No_digit_no_letter_and_no_sign_is_left_in_the_hanzi()
    {
        var warnings = Warnings();
        Assert.Equal(50, warnings.Distinct(StringComparer.Ordinal).Count());
        foreach (var warning in warnings)
        {
            var spoken = SpeechNormaliser.Normalise(warning);
            Assert.DoesNotContain(spoken, c => char.IsDigit(c) || c is '%' or '～' or '~' or '℃' or '/' or '³' or 'Ⅰ' or 'Ⅱ' or '【' or '（' or '-');
            Assert.DoesNotContain(SpeechConfig.Lexicon.Current.Annotate(spoken).Replace("ji4 ", "", StringComparison.Ordinal), c => c is >= 'A' and <= 'Z');
        }
    }

    [Fact]
    public async Task Espeak_reads_them_without_English()
    {
        ForeignTool.Require("espeak-ng");
        foreach (var warning in Warnings())
        {
            var phonemes = await ForeignTool.RunAsync("espeak-ng", "-v cmn-latn-pinyin -b 1 -x -q --stdin", SpeechConfig.Lexicon.Current.Annotate(SpeechNormaliser.Normalise(warning)) + "\n");
            Assert.False(phonemes.Contains("(en)", StringComparison.Ordinal), warning);
            Assert.True(phonemes.Length > warning.Length, warning);
        }
    }
}
