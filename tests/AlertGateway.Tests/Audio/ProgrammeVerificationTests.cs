using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

public sealed class ProgrammeVerificationTests
{
    // Syllable-like noise: broad, changing, never the same twice.
    private static Pcm AVoice(int seed, int syllables) =>
        Pcm.Join(22_050, [.. Enumerable.Range(0, syllables).SelectMany(i => new[] { Sounds.Noise(seed * 1_000 + i, 3_300 + i * 37 % 900, 22_050, -18), Pcm.Silence(22_050, 60) })]);

    private static Pcm Recorded(Pcm programme, int leadMs, double noiseDb)
    {
        var padded = Pcm.Join(22_050, Pcm.Silence(22_050, leadMs), programme, Pcm.Silence(22_050, 1_500));
        return Sounds.Mix(padded, Sounds.Noise(7, padded.Length, 22_050, noiseDb));
    }

    [Theory]
    [InlineData(-60, 2_000)]
    [InlineData(-38, 730)]
    [InlineData(-28, 3_210)]
    public void A_recording_of_the_programme_is_recognised_with_its_lag(double noiseDb, int leadMs)
    {
        var programme = AVoice(1, 80);
        var result = ProgrammeVerification.Verify(programme, Recorded(programme, leadMs, noiseDb));
        Assert.True(result.Heard, string.Join("; ", result.Reasons));
        Assert.Equal(leadMs / 1000.0, result.Start!.Value.TotalSeconds, 0.005);
        Assert.InRange(result.Confidence, 0.5, 1);
    }

    [Fact]
    public void Another_programme_silence_and_the_first_half_are_not_taken_for_it()
    {
        var programme = AVoice(1, 80);
        Assert.False(ProgrammeVerification.Verify(programme, Recorded(AVoice(2, 80), 500, -40)).Heard);
        Assert.False(ProgrammeVerification.Verify(programme, Pcm.Silence(22_050, 20_000)).Heard);
        Assert.False(ProgrammeVerification.Verify(programme, Sounds.Noise(3, 400_000, 22_050, -50)).Heard);
        var half = ProgrammeVerification.Verify(programme, Recorded(programme.Slice(0, programme.Length / 2), 500, -40));
        Assert.False(half.Heard);
        Assert.Contains(half.Reasons, reason => reason.Contains("of the programme is in the recording", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_text_with_other_words_in_its_middle_is_not_taken_for_it()
    {
        Pcm before = AVoice(1, 40), after = AVoice(3, 40);
        var programme = Pcm.Join(22_050, before, AVoice(4, 8), after);
        var other = Pcm.Join(22_050, before, AVoice(5, 8), after);
        var result = ProgrammeVerification.Verify(programme, Recorded(other, 900, -40));
        Assert.False(result.Heard);
        Assert.Contains(result.Reasons, reason => reason.Contains("something else", StringComparison.Ordinal) || reason.Contains("matches", StringComparison.Ordinal));
    }
}
