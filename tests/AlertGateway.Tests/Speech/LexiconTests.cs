using AlertGateway.Audio.SpokenText;
using AlertGateway.Channels.Speech;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

public sealed class LexiconTests
{
    private const string Voice = "-v cmn-latn-pinyin -b 1 -x -q --stdin";

    [Fact]
    public void The_shipped_lists_have_no_bad_line()
    {
        Assert.Empty(SpeechConfig.Lexicon.Problems);
        Assert.True(SpeechConfig.Lexicon.Current.Entries.Count > 800);
    }

    [Theory]
    [InlineData("地震", "di4zhen4")]
    [InlineData("银行行长在重庆", "yin2hang2hang2zhang3 在 chong2qing4")]
    [InlineData("竹箦镇陆笪村", "zhu2ze2zhen4 lu4da2cun1")]
    [InlineData("G四高速", "ji4 四高速")]
    public void The_longest_word_wins(string script, string annotated) => Assert.Equal(annotated, SpeechConfig.Lexicon.Current.Annotate(script).Replace("  ", " ", StringComparison.Ordinal));

    [Fact]
    public void A_line_that_cannot_be_read_is_named_and_the_rest_is_used()
    {
        var lexicon = Lexicon.Parse([("x.tsv", "地震\tdi4 zhen4\n地震\tdi4\n行\nabc\tzzz\n溧阳\tli4 yang2\r\n")], out var problems);
        Assert.Equal(2, lexicon.Entries.Count);
        Assert.Equal(["x.tsv:2", "x.tsv:3", "x.tsv:4"], problems.Select(problem => problem[..7]));
    }

    [Fact]
    public void A_changed_file_is_read_again()
    {
        using var folder = new WorkFolder();
        var source = new LexiconSource(folder.Path);
        Assert.Equal("胥泊", source.Current.Annotate("胥泊"));
        File.WriteAllText(folder["a.tsv"], "胥泊\txu1 bo2\n");
        Assert.Equal("xu1bo2", source.Current.Annotate("胥泊"));
        File.WriteAllText(folder["b.tsv"], "胥泊\txu1 po1\tlocal\n");
        Assert.Equal("xu1po1", source.Current.Annotate("胥泊"));
    }

    // espeak-ng marks what it read as English with "(en)".
    [Fact]
    public async Task Espeak_reads_no_word_of_the_lists_as_English_and_地震_right()
    {
        ForeignTool.Require("espeak-ng");
        var words = string.Concat(SpeechConfig.Lexicon.Current.Entries.Select(entry => string.Concat(entry.Syllables) + "。\n"));
        var phonemes = await ForeignTool.RunAsync("espeak-ng", Voice, words);
        Assert.DoesNotContain("(en)", phonemes, StringComparison.Ordinal);
        Assert.Contains("ti53ts.'@51n", await ForeignTool.RunAsync("espeak-ng", Voice, SpeechConfig.Lexicon.Current.Annotate("地震")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Espeak_reads_whole_warnings_without_English()
    {
        ForeignTool.Require("espeak-ng");
        var scripts = File.ReadLines(SpeechConfig.Examples).Where(line => line.Length > 0 && line[0] != '#').Select(line => SpeechConfig.Lexicon.Current.Annotate(line.Split('\t')[1]));
        var phonemes = await ForeignTool.RunAsync("espeak-ng", Voice, string.Join("。\n", scripts));
        Assert.DoesNotContain("(en)", phonemes, StringComparison.Ordinal);
        Assert.True(phonemes.Length > 5_000);
    }
}
