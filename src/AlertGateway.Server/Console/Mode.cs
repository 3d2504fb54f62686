using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>Live and exercise are places: address, frame, title and words differ.</summary>
public enum Mode
{
    /// <summary>Pages that belong to neither.</summary>
    Neutral = 0,
    Live = 1,
    Exercise = 2,
}

/// <summary>Which place something belongs to, and what must be typed there.</summary>
public static class Modes
{
    public static Mode Of(Proposal proposal) => proposal.Submission.Alert.Status == AlertStatus.Actual ? Mode.Live : Mode.Exercise;

    public static Mode Of(DisseminationView view) => view.Status == nameof(AlertStatus.Actual) ? Mode.Live : Mode.Exercise;

    public static string Segment(Mode mode) => mode == Mode.Live ? "live" : "exercise";

    public static string PathOf(Proposal proposal) => $"/{Segment(Of(proposal))}/proposals/{proposal.ProposalNo}";

    public static string PathOf(DisseminationView view) => $"/{Segment(Of(view))}/{view.DisseminationNo}";

    /// <summary>
    /// What the signer types: colour and place, and for an exercise the word 演练 before them, so that the same habit cannot release both. The place is the town when only one is hit, else the city.
    /// </summary>
    public static string Phrase(Proposal proposal, string cityName)
    {
        var towns = proposal.Audience.Counts.ByTown;
        string place = towns.Count == 1 ? ShortName(towns[0].Name) : cityName;
        string colour = Wording.Of(proposal.Submission.Colour).Zh;
        return Of(proposal) == Mode.Live ? $"{colour} {place}" : $"演练 {colour} {place}";
    }

    /// <summary>True when the typed words are the phrase; spaces of any kind and number do not matter.</summary>
    public static bool Matches(string? typed, string phrase) =>
        typed is not null && typed.Length <= 200 && string.Equals(Squeeze(typed), Squeeze(phrase), StringComparison.Ordinal);

    private static string Squeeze(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string ShortName(string town) => town.EndsWith("街道", StringComparison.Ordinal) && town.Length > 3 ? town[..^2]
        : town.EndsWith('镇') && town.Length > 2 ? town[..^1] : town;
}
