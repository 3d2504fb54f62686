using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>
/// Lists such as the national centre's say that an office lifts its signal, and not which message that ends. The office stands in the national number (its first fourteen digits), so what it lifts is what it last said
/// about that kind of weather.
/// </summary>
public static class OfficeLift
{
    private const int OfficeDigits = 14;

    /// <summary>The draft with references to every message of that office, kind and status that no earlier lift has ended; the draft itself when it is no such lift, or nothing is known that it could end.</summary>
    /// <param name="taken">What was taken in so far.</param>
    public static Alert Referring(Alert draft, IReadOnlyList<TakenAlert> taken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(taken);
        if (draft.MsgType != MsgType.Cancel || draft.References.Count > 0 || draft.Infos.Count == 0 || !CmaProfile.IsIdentifier(draft.Identifier)) return draft;
        var lifted = new List<Reference>();
        foreach (var earlier in taken.Where(t => IsOfOffice(t, draft)).OrderBy(t => t.Sent))
        {
            if (earlier.MsgType == MsgType.Cancel)
            {
                if (earlier.References.Count > 0) lifted.RemoveAll(r => earlier.References.Any(e => e.Chain == r.Chain));
            }
            else if (IsOfKind(earlier, draft.Infos[0])) lifted.Add(new Reference(earlier.Sender, earlier.Identifier, earlier.SentText, earlier.Sent));
        }

        return lifted.Count == 0 ? draft : draft with { References = lifted };
    }

    private static bool IsOfOffice(TakenAlert earlier, Alert draft) =>
        earlier.Sender == draft.Sender && earlier.Status == draft.Status && earlier.Sent < draft.Sent && CmaProfile.IsIdentifier(earlier.Identifier) && string.CompareOrdinal(earlier.Identifier, 0, draft.Identifier, 0, OfficeDigits) == 0
        && earlier.Verdict is ChainVerdict.First or ChainVerdict.Update or ChainVerdict.Cancel or ChainVerdict.Late;

    private static bool IsOfKind(TakenAlert earlier, Info lift) => earlier.ToSubmission().Alert.Infos is [{ Event.Length: > 0 } info, ..] && (info.Event == lift.Event || lift.Headline?.Contains(info.Event, StringComparison.Ordinal) == true);
}
