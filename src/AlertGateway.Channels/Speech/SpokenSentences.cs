namespace AlertGateway.Channels.Speech;

/// <summary>Cuts a script where a speaker takes breath, so that pauses are ours and one failed sentence is small.</summary>
public static class SpokenSentences
{
    /// <summary>Longer stretches are cut at a comma.</summary>
    public const int CharactersMax = 120;

    public static IReadOnlyList<string> Split(string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        var sentences = new List<string>();
        int start = 0, comma = -1;
        for (var i = 0; i < script.Length; i++)
        {
            var c = script[i];
            if (c is '，' or ',' or '、' or '：') comma = i;
            var ends = c is '。' or '！' or '？' or '；' or ';' || (c is '.' or '!' or '?' && (i + 1 == script.Length || script[i + 1] == ' '));
            if (ends) Cut(i + 1);
            else if (i - start >= CharactersMax && comma > start) Cut(comma + 1);
        }
        Cut(script.Length);
        return sentences;

        void Cut(int end)
        {
            var sentence = script[start..end].Trim();
            if (sentence.Any(char.IsLetterOrDigit)) sentences.Add(sentence);
            start = end;
            comma = -1;
        }
    }
}
