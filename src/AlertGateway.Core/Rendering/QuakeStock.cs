namespace AlertGateway.Core.Rendering;

/// <summary>Programmes that are made and handed to every loudspeaker before there is an earthquake: a tone and three words. Immutable.</summary>
/// <param name="Programmes">By purpose; in each, one for each order of languages that villages have.</param>
public sealed record QuakeStock(IReadOnlyDictionary<Purpose, IReadOnlyList<ProgrammeAudio>> Programmes)
{
    /// <summary>Tone profile (<c>config/tones/</c>) of the warning itself.</summary>
    public const string Profile = "earthquake";

    public IEnumerable<ProgrammeAudio> All => Programmes.Values.SelectMany(p => p).DistinctBy(p => p.Sha256Hex);
}
