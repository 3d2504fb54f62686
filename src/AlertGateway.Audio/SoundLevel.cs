namespace AlertGateway.Audio;

/// <summary>Plain level and silence of a sound, without weighting.</summary>
public static class SoundLevel
{
    /// <summary>Root mean square, in dB below full scale; −∞ for silence or nothing.</summary>
    public static double RmsDbfs(ReadOnlySpan<short> samples)
    {
        long sum = 0;
        foreach (var sample in samples) sum += sample * sample;
        return sum == 0 ? double.NegativeInfinity : 10 * Math.Log10((double)sum / samples.Length / (32768.0 * 32768.0));
    }

    /// <summary>The longest stretch in which no 10 ms reach <paramref name="floorDbfs"/>.</summary>
    public static TimeSpan LongestSilence(Pcm pcm, double floorDbfs = -50)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var frame = Pcm.SamplesIn(pcm.SampleRateHz, 10);
        int run = 0, longest = 0;
        for (var at = 0; at < pcm.Length; at += frame)
        {
            run = RmsDbfs(pcm.Samples.Slice(at, Math.Min(frame, pcm.Length - at))) < floorDbfs ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return TimeSpan.FromMilliseconds(10.0 * longest);
    }

    /// <summary>Without the quiet before the first and after the last 10 ms that reach <paramref name="floorDbfs"/>; empty when nothing does.</summary>
    public static Pcm Trim(Pcm pcm, double floorDbfs = -55)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var frame = Pcm.SamplesIn(pcm.SampleRateHz, 10);
        int first = -1, end = 0;
        for (var at = 0; at < pcm.Length; at += frame)
        {
            var length = Math.Min(frame, pcm.Length - at);
            if (RmsDbfs(pcm.Samples.Slice(at, length)) < floorDbfs) continue;
            if (first < 0) first = at;
            end = at + length;
        }
        return first < 0 ? pcm.Slice(0, 0) : pcm.Slice(first, end - first);
    }
}
