using AlertGateway.Audio;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Speech;

/// <summary>A programme under construction: sound and the map of what is where.</summary>
internal sealed class ProgrammeTrack(int sampleRateHz)
{
    /// <summary>A fleet of horns holds the file in memory; nothing a village should hear lasts longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(900);

    private readonly List<Pcm> _parts = [];
    private readonly List<ProgrammeSegment> _segments = [];
    private int _length;

    public int SampleRateHz => sampleRateHz;

    public IReadOnlyList<ProgrammeSegment> Segments => _segments;

    public TimeSpan Duration => TimeSpan.FromSeconds((double)_length / sampleRateHz);

    public void Add(string kind, Pcm sound, string? text)
    {
        if (sound.Length == 0) return;
        _segments.Add(new ProgrammeSegment(kind, _length, sound.Length, text));
        _parts.Add(sound);
        _length += sound.Length;
    }

    public void Gap(int milliseconds) => Add("gap", Pcm.Silence(sampleRateHz, milliseconds), null);

    /// <summary>Adds a passage with one segment for each sentence and the pauses between them.</summary>
    public void AddSentences(SpokenPassage passage, string kind = "speech")
    {
        var at = 0;
        foreach (var (start, length, text) in passage.Sentences)
        {
            if (start > at) Add("gap", passage.Sound.Slice(at, start - at), null);
            Add(kind, passage.Sound.Slice(start, length), text);
            at = start + length;
        }
    }

    /// <exception cref="ArgumentException">It is longer than <see cref="Longest"/>.</exception>
    public Pcm ToPcm() => Duration > Longest ? throw new ArgumentException($"节目超过{Longest.TotalSeconds}秒。 The programme is longer than {Longest.TotalSeconds} s.") : Pcm.Join(sampleRateHz, _parts.ToArray());
}
