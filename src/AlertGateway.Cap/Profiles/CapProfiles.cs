namespace AlertGateway.Cap;

/// <summary>The regional profiles whose rules are known here.</summary>
public enum CapProfile { None = 0, Ipaws, CapCp, CapAu, MeteoAlarm, Cma }

/// <summary>Which profile an alert follows, and what it leaves undone. Profile rules add to CAP and change no disposition.</summary>
public static class CapProfiles
{
    private const string CapCpCode = "profile:CAP-CP:";
    private const string CapAuCode = "urn:oasis:names:tc:emergency:cap:1.2:profile:CAP-AU:1.0";
    private const string CapAuEventList = "https://govshare.gov.au/xmlui/handle/10772/6495"; // where AUeventLIST was published
    private const string CapCpLocation = "profile:CAP-CP:Location:";
    private const string CapCpEvent = "profile:CAP-CP:Event:";

    /// <summary>By the alert's code, or by what only one profile uses.</summary>
    public static CapProfile Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        foreach (var code in alert.Codes)
        {
            if (code.StartsWith("IPAWSv1", StringComparison.OrdinalIgnoreCase)) return CapProfile.Ipaws;
            if (code.StartsWith(CapCpCode, StringComparison.OrdinalIgnoreCase)) return CapProfile.CapCp;
            if (code.Equals(CapAuCode, StringComparison.OrdinalIgnoreCase)) return CapProfile.CapAu;
        }

        if (CmaProfile.IsIdentifier(alert.Identifier)) return CapProfile.Cma;
        return alert.Infos.Any(i => MeteoAlarmProfile.AwarenessOf(i) is not null) ? CapProfile.MeteoAlarm : CapProfile.None;
    }

    /// <summary>The findings of the alert's own profile; empty for an alert of none.</summary>
    public static IReadOnlyList<Finding> Check(Alert alert) => Check(alert, Of(alert));

    /// <summary>The findings of the profile that the caller expects, the missing declaration among them.</summary>
    public static IReadOnlyList<Finding> Check(Alert alert, CapProfile profile)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var sink = new FindingSink();
        Check(alert, profile, sink);
        return sink.Findings;
    }

    internal static void Check(Alert alert, CapProfile profile, FindingSink sink)
    {
        if (profile == CapProfile.None) return;
        if (Of(alert) != profile) sink.Add(FindingCodes.ProfileCode, "/alert", $"The alert does not say that it follows the profile {profile}.");
        switch (profile)
        {
            case CapProfile.Ipaws: Ipaws(alert, sink); break;
            case CapProfile.CapCp: CapCp(alert, sink); break;
            case CapProfile.CapAu: CapAu(alert, sink); break;
            case CapProfile.MeteoAlarm: MeteoAlarm(alert, sink); break;
            case CapProfile.Cma: Cma(alert, sink); break;
        }
    }

    private static void Ipaws(Alert alert, FindingSink sink)
    {
        Each(alert, (info, path) =>
        {
            if (info.Expires is null) sink.Add(FindingCodes.ProfileExpires, path, "IPAWS demands an expires.");
            var same = info.EventCodes.Where(c => c.ValueName == "SAME").ToList();
            if (same.Count != 1 || same[0].Value.Length != 3) sink.Add(FindingCodes.ProfileEventCode, path, "IPAWS demands exactly one SAME event code of three letters.");
            if (!info.Areas.Any(a => a.Geocodes.Any(g => g.ValueName == "SAME" && g.Value.Length == 6)))
                sink.Add(FindingCodes.ProfileArea, path, "IPAWS recommends a six-digit SAME geocode.");
            Length("CMAMtext", 90);
            Length("CMAMlongtext", 360);

            void Length(string parameter, int charsMax)
            {
                if (info.Parameter(parameter) is { } text && text.Length > charsMax) sink.Add(FindingCodes.ProfileParameter, path, $"{parameter} has more than {charsMax} characters.");
            }
        });
        SameInAll(alert, sink);
    }

    private static void CapCp(Alert alert, FindingSink sink)
    {
        if (alert.Infos.Count == 0 && alert.Status != AlertStatus.System && alert.MsgType is not (MsgType.Ack or MsgType.Error)) sink.Add(FindingCodes.ProfileInfo, "/alert", "CAP-CP demands an info.");
        Each(alert, (info, path) =>
        {
            if (!info.EventCodes.Any(c => c.ValueName.StartsWith(CapCpEvent, StringComparison.OrdinalIgnoreCase))) sink.Add(FindingCodes.ProfileEventCode, path, "CAP-CP demands an event code of its list.");
            for (var a = 0; a < info.Areas.Count; a++)
            {
                if (!info.Areas[a].Geocodes.Any(g => g.ValueName.StartsWith(CapCpLocation, StringComparison.OrdinalIgnoreCase)))
                    sink.Add(FindingCodes.ProfileArea, $"{path}/area[{a}]", "CAP-CP demands a location code in each area.");
            }
        });
        if (alert.Infos.Count > 0 && !(HasLanguage(alert, "en") && HasLanguage(alert, "fr"))) sink.Add(FindingCodes.ProfileLanguages, "/alert", "CAP-CP expects English and French.");
        if (alert.Infos.Any(i => !i.EventCodes.ToHashSet().SetEquals(alert.Infos[0].EventCodes))) sink.Add(FindingCodes.ProfileEventCode, "/alert", "The infos differ in event code.");
    }

    private static void CapAu(Alert alert, FindingSink sink)
    {
        if (alert.Infos.Count == 0) sink.Add(FindingCodes.ProfileInfo, "/alert", "CAP-AU demands an info, in a Cancel too.");
        Each(alert, (info, path) =>
        {
            if (info.EventCodes.Count(c => c.ValueName.Contains("AUeventLIST", StringComparison.OrdinalIgnoreCase) || c.ValueName.StartsWith(CapAuEventList, StringComparison.OrdinalIgnoreCase)) != 1)
                sink.Add(FindingCodes.ProfileEventCode, path, "CAP-AU demands exactly one event code of its list.");
            if (alert.MsgType == MsgType.Cancel && info.EffectiveText is not null) sink.Add(FindingCodes.ProfileParameter, path, "CAP-AU allows no effective in a Cancel.");
        });
        SameInAll(alert, sink);
    }

    private static void MeteoAlarm(Alert alert, FindingSink sink)
    {
        Each(alert, (info, path) =>
        {
            if (MeteoAlarmProfile.AwarenessOf(info) is null) sink.Add(FindingCodes.ProfileParameter, path, "MeteoAlarm demands a readable awareness_level.");
            if (info.Parameter("awareness_type") is null) sink.Add(FindingCodes.ProfileParameter, path, "MeteoAlarm demands an awareness_type.");
        });
        if (alert.Infos.Count > 0 && !HasLanguage(alert, "en")) sink.Add(FindingCodes.ProfileLanguages, "/alert", "MeteoAlarm expects an info in English.");
    }

    private static void Cma(Alert alert, FindingSink sink) => Each(alert, (info, path) =>
    {
        if (alert.MsgType != MsgType.Cancel && CmaProfile.ColourOf(info) == WarningColour.None) sink.Add(FindingCodes.ProfileParameter, path, "No warning colour is named, so the severity stays as sent.");
        for (var a = 0; a < info.Areas.Count; a++)
        {
            if (!info.Areas[a].Geocodes.Any(g => g.ValueName == CmaProfile.GeocodeName && g.Value.Length is >= 6 and <= 12 && g.Value.All(char.IsAsciiDigit)))
                sink.Add(FindingCodes.ProfileArea, $"{path}/area[{a}]", "A division code of 6 to 12 digits is expected.");
        }
    });

    private static void SameInAll(Alert alert, FindingSink sink)
    {
        foreach (var info in alert.Infos.Skip(1))
        {
            if (!info.Categories.ToHashSet().SetEquals(alert.Infos[0].Categories)) sink.Add(FindingCodes.ProfileCategories, "/alert", "The infos differ in category.");
            if (!info.EventCodes.ToHashSet().SetEquals(alert.Infos[0].EventCodes)) sink.Add(FindingCodes.ProfileEventCode, "/alert", "The infos differ in event code.");
        }
    }

    private static void Each(Alert alert, Action<Info, string> check)
    {
        for (var i = 0; i < alert.Infos.Count; i++) check(alert.Infos[i], $"/alert/info[{i}]");
    }

    private static bool HasLanguage(Alert alert, string primary) =>
        alert.Infos.Any(i => i.LanguageOrDefault.Split('-', '_')[0].Equals(primary, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What the Canadian profile says about how loud an alert may be.</summary>
public static class CapCpProfile
{
    /// <summary>True when the info is to interrupt all programmes at once (<c>layer:SOREM:1.0:Broadcast_Immediately</c>).</summary>
    public static bool BroadcastImmediately(Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return string.Equals(info.Parameter("layer:SOREM:1.0:Broadcast_Immediately"), "Yes", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True when every info of an alert asks for that.</summary>
    public static bool BroadcastImmediately(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.Infos.Count > 0 && alert.Infos.All(BroadcastImmediately);
    }

    /// <summary>True for an update that only changes text and must not alarm again: every info names the same <c>MinorChange</c> kind of parameter.</summary>
    public static bool IsMinorChange(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.MsgType == MsgType.Update && alert.Infos.Count > 0
            && alert.Infos.All(i => i.Parameters.Any(p => p.ValueName.EndsWith(":MinorChange", StringComparison.OrdinalIgnoreCase) && p.Value is { Length: > 0 } v && !v.Equals("none", StringComparison.OrdinalIgnoreCase)));
    }
}

/// <summary>MeteoAlarm's awareness levels: 1 green (no warning), 2 yellow, 3 orange, 4 red.</summary>
public static class MeteoAlarmProfile
{
    /// <summary>The number that begins <c>awareness_level</c>, such as 2 in "2; yellow; Moderate"; null when absent or not 1 to 4.</summary>
    public static int? AwarenessOf(Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var text = info.Parameter("awareness_level")?.TrimStart();
        return text is [>= '1' and <= '4', ..] && (text.Length == 1 || !char.IsAsciiDigit(text[1])) ? text[0] - '0' : null;
    }

    /// <summary>True when all infos that state a level say green: there is nothing to warn of.</summary>
    public static bool IsNoWarning(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var levels = alert.Infos.Select(AwarenessOf).OfType<int>().ToList();
        return levels.Count > 0 && levels.All(l => l == 1);
    }
}
