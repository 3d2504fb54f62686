namespace AlertGateway.Core.Rendering;

/// <summary>What a programme shall say, as approved, before normalisation.</summary>
public sealed record ProgrammeScript
{
    public required IReadOnlyList<ProgrammePassage> Passages { get; init; }

    /// <summary>Name of the tone profile in <c>config/tones/</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>The programme must say first and last that it is an exercise.</summary>
    public required bool Exercise { get; init; }
}

/// <param name="Language"><c>zh</c>, <c>en</c>, or the code of a dialect that recorded clips speak.</param>
public sealed record ProgrammePassage(string Language, string Text);

/// <summary>A rendered programme: bytes, map and what was said.</summary>
public sealed record ProgrammeAudio
{
    /// <summary>RIFF WAV, 16-bit mono, 22,050 Hz.</summary>
    public required byte[] Wav { get; init; }

    public required string Sha256Hex { get; init; }

    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<ProgrammeSegment> Segments { get; init; }

    /// <summary>The exact words, one per passage and pass.</summary>
    public required IReadOnlyList<string> SpokenScript { get; init; }

    /// <summary>How loudspeakers shall play it again; null: as the colour's setting says.</summary>
    public HornPlan? Horns { get; init; }

    /// <summary>What a person must know, such as "espeak-ng missing: tone only".</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

public sealed record ProgrammeSegment(string Kind, int StartSample, int LengthSamples, string? Text);

/// <summary>Makes programme audio before approval, never at the moment of sending.</summary>
public interface IProgrammeRenderer
{
    Task<ProgrammeAudio> RenderAsync(ProgrammeScript script, CancellationToken cancellationToken);

    /// <summary>The words that will be spoken for this text.</summary>
    string SpokenText(string language, string text);
}
