using AlertGateway.Cap;
using AlertGateway.Core.Approval;

namespace AlertGateway.Core.Publishing;

/// <summary>What the feed says of a false alarm, where the warning's own words stood: whoever reads only the newest entry learns that there was nothing. Pure.</summary>
internal static class PublicCorrection
{
    /// <summary>One for each of the warning's own, in its language and for its areas, with the words of the correction that people approved.</summary>
    /// <param name="until">Until when it is worth showing.</param>
    public static IReadOnlyList<Info> Of(Proposal proposal, DateTimeOffset until) => [.. proposal.Submission.Alert.Infos.Select(i => Of(i, proposal, until))];

    private static Info Of(Info warning, Proposal proposal, DateTimeOffset until)
    {
        bool chinese = warning.LanguageOrDefault.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
        string headline = warning.Headline ?? warning.Event;
        return warning with
        {
            Headline = chinese ? $"误发更正：{headline}" : $"Correction of a false alarm: {headline}",
            Description = Approved(proposal, chinese ? "zh" : "en") ?? (chinese ? "此前的预警为误发，没有险情。" : "The earlier warning was sent in error. There is no danger."),
            Instruction = null, ResponseTypes = [ResponseType.AllClear],
            Urgency = Urgency.Past, Severity = Severity.Minor, Certainty = Certainty.Unlikely, UrgencyText = null, SeverityText = null, CertaintyText = null,
            Effective = null, EffectiveText = null, Onset = null, OnsetText = null, Expires = until, ExpiresText = CapWriter.Time(until),
            Parameters = [], Resources = [],
        };
    }

    private static string? Approved(Proposal proposal, string language) =>
        proposal.Renditions.FirstOrDefault(r => r is { Channel: ChannelKind.Sms, Purpose: Purpose.Correction, Text.Length: > 0 } && r.Language == language)?.Text;
}
