using System.Text.Json;
using System.Text.RegularExpressions;
using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>Who may warn of one kind of event by law.</summary>
public sealed record LawfulPublisher
{
    /// <summary>National event codes by what they begin with: <c>11B</c>, <c>11A01</c>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>As the desk reads it, such as 气象台.</summary>
    public required string Name { get; init; }

    public required string NameEnglish { get; init; }

    /// <summary>Words of which one stands in the sender's name.</summary>
    public required IReadOnlyList<string> SenderWords { get; init; }

    /// <summary>Digits 7 to 9 of a national warning's identifier: the department, such as 416 for meteorology.</summary>
    public IReadOnlyList<string> Departments { get; init; } = [];

    /// <summary>Roles of which one must approve what was drafted here in this publisher's name; empty: whoever <c>authority.json</c> names.</summary>
    public IReadOnlyList<string> ApproverRoles { get; init; } = [];
}

/// <summary><c>publishers.json</c>: each national event code names its lawful publisher. A message by somebody else waits for a person. Immutable.</summary>
public sealed partial class LawfulPublishers(IReadOnlyList<LawfulPublisher> all)
{
    /// <exception cref="InvalidDataException">Not of this form.</exception>
    public static LawfulPublishers Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var all = JsonSerializer.Deserialize<IReadOnlyList<LawfulPublisher>>(json, ConfigJson.Options) ?? throw new InvalidDataException("publishers.json is empty.");
            return all.Any(p => p.Events.Count == 0 || p.SenderWords.Count == 0) ? throw new InvalidDataException("publishers.json: each row needs events and senderWords.") : new LawfulPublishers(all);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"publishers.json cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Null when the event has no national code, nobody is named for it, or the sender is who is named.</summary>
    public HoldReason? HoldOf(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        foreach (var info in alert.Infos)
        {
            foreach (var code in info.EventCodes.Select(c => c.Value))
            {
                var row = RowOf(code);
                if (row is null || IsSender(row, alert, info)) continue;
                var name = info.SenderName is { Length: > 0 } n ? n : alert.Sender;
                return new HoldReason("publisher.not-lawful", $"{code} 类预警应由{row.Name}发布，而本报文的发送者是“{name}”，须人工核对。",
                    $"Warnings of {code} are published by {row.NameEnglish}; the sender of this one is “{name}”, so a person must look.");
            }
        }

        return null;
    }

    /// <summary>Whether the message is that of the lawful publisher of everything it warns of: then its text is the publisher's, and nobody's to change.</summary>
    /// <param name="kindOf">National event code of an info, by its codes or its words.</param>
    public bool IsByPublisher(Alert alert, Func<Info, string> kindOf)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(kindOf);
        return alert.Infos.Count > 0 && alert.Infos.All(i => RowOf(i.EventCodes.Select(c => c.Value).FirstOrDefault(c => NationalCode.IsMatch(c)) ?? kindOf(i)) is { } row && IsSender(row, alert, i));
    }

    /// <summary>The publishers of the alert's event codes that have approvers of their own.</summary>
    public IEnumerable<LawfulPublisher> ApproversOf(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.Infos.SelectMany(i => i.EventCodes).Select(c => RowOf(c.Value)).OfType<LawfulPublisher>().Where(r => r.ApproverRoles.Count > 0).Distinct();
    }

    // Of several rows the longest code counts: 11D01 before 11D. What is no national code has none.
    private LawfulPublisher? RowOf(string code) => !NationalCode.IsMatch(code) ? null : all.Where(p => p.Events.Any(e => code.StartsWith(e, StringComparison.OrdinalIgnoreCase)))
        .MaxBy(p => p.Events.Where(e => code.StartsWith(e, StringComparison.OrdinalIgnoreCase)).Max(e => e.Length));

    private static bool IsSender(LawfulPublisher row, Alert alert, Info info)
    {
        // An identifier of the national form names the department in digits; where it has one, the words need not fit.
        if (CmaProfile.IsIdentifier(alert.Identifier) && row.Departments.Contains(alert.Identifier.Substring(6, 3), StringComparer.Ordinal)) return true;
        return row.SenderWords.Any(w => (info.SenderName ?? "").Contains(w, StringComparison.OrdinalIgnoreCase) || alert.Sender.Contains(w, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"^1[1-4][A-Z][0-9]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NationalCode { get; }
}
