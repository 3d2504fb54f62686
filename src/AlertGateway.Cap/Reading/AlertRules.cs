namespace AlertGateway.Cap;

/// <summary>The rules of CAP 1.2 section 3 that no schema can state, and the plausibility of clocks.</summary>
internal static class AlertRules
{
    /// <summary>An alert that lives longer than this after it was sent has a wrong year.</summary>
    private static readonly TimeSpan LifeMax = TimeSpan.FromDays(366);

    /// <summary>Later than the receive time by more than this is no skewed clock any more.</summary>
    private static readonly TimeSpan AheadMax = TimeSpan.FromDays(366);

    public static void Check(Alert alert, CapReaderOptions options, FindingSink sink)
    {
        CheckIdentity(alert, sink);
        CheckAuthority(alert, sink);
        CheckReferences(alert, sink);
        if (alert.Sent is { } sent) CheckClock(sent, "/alert/sent", options, sink);
        if (alert.Infos.Count == 0 && alert.Status != AlertStatus.System && (alert.MsgType is MsgType.Alert or MsgType.Update))
            sink.Add(FindingCodes.InfoMissing, "/alert", $"The {alert.MsgType} has no info.");
        for (var i = 0; i < alert.Infos.Count; i++) CheckInfo(alert, alert.Infos[i], i, sink);
    }

    private static void CheckIdentity(Alert alert, FindingSink sink)
    {
        if (alert.Identifier.Length == 0) sink.Add(FindingCodes.IdentifierMissing, "/alert/identifier", "The alert has no identifier.");
        else if (HasForbidden(alert.Identifier)) sink.Add(FindingCodes.IdentifierCharacters, "/alert/identifier", "The identifier contains a space, comma, < or &, so references to it are ambiguous.");
        if (alert.Sender.Length == 0) sink.Add(FindingCodes.SenderMissing, "/alert/sender", "The alert has no sender.");
        else if (HasForbidden(alert.Sender)) sink.Add(FindingCodes.SenderCharacters, "/alert/sender", "The sender contains a space, comma, < or &, so references to it are ambiguous.");
        if (alert.SentText.Length == 0) sink.Add(FindingCodes.SentMissing, "/alert/sent", "The alert has no sent time.");
    }

    private static void CheckAuthority(Alert alert, FindingSink sink)
    {
        if (alert.Status == AlertStatus.Unknown) sink.Add(FindingCodes.StatusUnknown, "/alert/status", Unknown("status", alert.StatusText));
        if (alert.MsgType == MsgType.Unknown) sink.Add(FindingCodes.MsgTypeUnknown, "/alert/msgType", Unknown("message type", alert.MsgTypeText));
        if (alert.Scope == AlertScope.Unknown) sink.Add(FindingCodes.ScopeUnknown, "/alert/scope", Unknown("scope", alert.ScopeText));
        if (alert.Scope == AlertScope.Restricted && string.IsNullOrEmpty(alert.Restriction))
            sink.Add(FindingCodes.RestrictionMissing, "/alert/restriction", "The alert is Restricted and does not say to whom.");
        if (alert.Scope == AlertScope.Public && !string.IsNullOrEmpty(alert.Restriction))
            sink.Add(FindingCodes.RestrictionUnexpected, "/alert/restriction", "A restriction stands in a Public alert.");
        if (alert.Scope == AlertScope.Private && alert.Addresses.Count == 0)
            sink.Add(FindingCodes.AddressesMissing, "/alert/addresses", "The alert is Private and has no addresses.");
        if (alert.MsgType == MsgType.Error && string.IsNullOrEmpty(alert.Note)) sink.Add(FindingCodes.NoteMissing, "/alert/note", "An Error should say in note what is wrong.");
    }

    private static string Unknown(string what, string? text) =>
        string.IsNullOrEmpty(text) ? $"The {what} is missing." : $"“{AlertParser.Shown(text)}” is not a {what} that CAP knows.";

    private static void CheckReferences(Alert alert, FindingSink sink)
    {
        if (alert.References.Count == 0)
        {
            if (alert.MsgType is MsgType.Update or MsgType.Cancel) sink.Add(FindingCodes.ReferencesMissing, "/alert/references", $"The {alert.MsgType} does not say which message it changes.");
            else if (alert.MsgType is MsgType.Ack or MsgType.Error) sink.Add(FindingCodes.ReferencesAbsent, "/alert/references", $"The {alert.MsgType} does not say which message it answers.");
            return;
        }

        // Heartbeats list recent messages in references; that is how NAADS recovery works.
        if (alert.MsgType == MsgType.Alert && alert.Status != AlertStatus.System) sink.Add(FindingCodes.ReferencesUnexpected, "/alert/references", "A first Alert refers to other messages.");
        foreach (var reference in alert.References)
        {
            var name = AlertParser.Shown($"{reference.Sender},{reference.Identifier}");
            if (reference.Sent is null) sink.Add(FindingCodes.ReferenceTime, "/alert/references", $"The reference to {name} has no readable time.");
            if (reference.Chain == alert.Chain)
            {
                if (reference.Sent == alert.Sent) sink.Add(FindingCodes.ReferenceSelf, "/alert/references", "The message refers to itself.");
                else sink.Add(FindingCodes.ReferenceSameIdentifier, "/alert/references", "The message refers to an earlier one of the same identifier.");
            }
            else if (reference.Sent > alert.Sent) sink.Add(FindingCodes.ReferenceFuture, "/alert/references", $"The reference to {name} is dated after this message.");
        }
    }

    private static void CheckInfo(Alert alert, Info info, int index, FindingSink sink)
    {
        CheckTimes(alert, info, index, sink);
        if (info.Areas.Count == 0 && alert.MsgType is not (MsgType.Cancel or MsgType.Ack or MsgType.Error) && alert.Status != AlertStatus.System)
            sink.Add(FindingCodes.AreaMissing, $"/alert/info[{index}]", "The info names no area.");
        for (var a = 0; a < info.Areas.Count; a++)
        {
            var area = info.Areas[a];
            if (!area.IsLocated && alert.MsgType is not (MsgType.Cancel or MsgType.Ack or MsgType.Error))
                sink.Add(FindingCodes.AreaNotLocated, $"/alert/info[{index}]/area[{a}]", $"“{AlertParser.Shown(area.AreaDesc)}” has no polygon, circle or code.");
            if (area.CeilingFeet is { } ceiling && !(area.AltitudeFeet < ceiling))
                sink.Add(FindingCodes.CeilingWithoutAltitude, $"/alert/info[{index}]/area[{a}]/ceiling", "The ceiling stands without an altitude below it.");
        }
    }

    private static void CheckTimes(Alert alert, Info info, int index, FindingSink sink)
    {
        if (string.IsNullOrEmpty(info.ExpiresText) && (alert.MsgType is MsgType.Alert or MsgType.Update))
            sink.Add(FindingCodes.ExpiresMissing, $"/alert/info[{index}]", "The info has no expires.");
        if (alert.Sent is not { } sent) return;
        if (info.Expires is { } expires)
        {
            // A Cancel ends things; its own end in the past takes nothing away.
            if (expires <= sent && alert.MsgType != MsgType.Cancel)
                sink.Add(FindingCodes.ExpiresNotAfterSent, $"/alert/info[{index}]/expires", "The info expires at or before the time at which it was sent.");
            else if (expires <= info.Onset) sink.Add(FindingCodes.ExpiresNotAfterOnset, $"/alert/info[{index}]/expires", "The info expires at or before its onset.");
        }

        Far(info.Expires, "expires");
        Far(info.Onset, "onset");
        Far(info.Effective, "effective");

        void Far(DateTimeOffset? time, string element)
        {
            if (time is { } t && (t - sent).Duration() > LifeMax)
                sink.Add(FindingCodes.TimeImplausible, $"/alert/info[{index}]/{element}", $"{element} is more than a year away from sent.{CalendarHint(t.Year)}");
        }
    }

    private static void CheckClock(DateTimeOffset sent, string path, CapReaderOptions options, FindingSink sink)
    {
        // CAP was drafted in 2001; what claims to be older, or of another century, has another calendar or no clock.
        var wrong = sent.Year is < 2001 or > 2199;
        var against = "the time that CAP exists";
        if (options.ReceivedAt is { } received)
        {
            if (sent - received > AheadMax || (options.AgeMax is { } age && received - sent > age))
            {
                wrong = true;
                against = "the time of receipt";
            }
        }

        if (wrong) sink.Add(FindingCodes.TimeImplausible, path, $"The year {sent.Year} does not fit {against}.{CalendarHint(sent.Year)}");
    }

    /// <summary>The Gregorian year that the number would be in another calendar in civil use, as a hint for the person who decides.</summary>
    private static string CalendarHint(int year) => year switch
    {
        >= 2540 and <= 2743 => $" In the Buddhist era (Thailand) it is {year - 543}.",
        >= 90 and <= 199 => $" In the calendar of the Republic of China (Minguo) it is {year + 1911}.",
        >= 1380 and <= 1420 => $" In the Persian calendar it is about {year + 621}.",
        >= 1421 and <= 1480 => $" In the Islamic calendar it is about {(year * 0.970224 + 621.5774):0}.",
        _ => "",
    };

    private static bool HasForbidden(string text)
    {
        foreach (var c in text)
        {
            if (c is ',' or '<' or '&' || char.IsWhiteSpace(c)) return true;
        }

        return false;
    }
}
