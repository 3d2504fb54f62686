using System.Globalization;
using System.Text;

namespace AlertGateway.Audio;

/// <summary>
/// A header of 47 CFR 11.31(c): <c>ZCZC-ORG-EEE-PSSCCC…+TTTT-JJJHHMM-LLLLLLLL-</c>.
/// </summary>
/// <param name="Originator">Three capitals, such as CIV.</param>
/// <param name="Event">Three capitals, such as FFW.</param>
/// <param name="Locations">1 to 31 codes of six digits: part, state, county.</param>
/// <param name="ValidFor">15-minute steps up to an hour, then 30-minute steps; at most 99 h 30 min.</param>
/// <param name="DayOfYear">1 to 366, in UTC.</param>
/// <param name="TimeOfDay">Hour and minute, in UTC.</param>
/// <param name="Station">Eight characters; a dash is written as a stroke.</param>
public sealed record SameHeader(string Originator, string Event, IReadOnlyList<string> Locations, TimeSpan ValidFor, int DayOfYear, TimeSpan TimeOfDay, string Station)
{
    public const int LocationsMax = 31;

    /// <summary>"ZCZC-ORG-EEE" + 31 × "-PSSCCC" + "+TTTT-JJJHHMM-LLLLLLLL-".</summary>
    public const int CharactersMax = 252;

    /// <summary>The header for a time and place, with its parts checked.</summary>
    /// <exception cref="FormatException">A part is not of the grammar.</exception>
    public static SameHeader Create(string originator, string eventCode, IReadOnlyList<string> locations, TimeSpan validFor, DateTimeOffset issued, string station)
    {
        ArgumentNullException.ThrowIfNull(station);
        var utc = issued.UtcDateTime;
        var header = new SameHeader(originator, eventCode, locations, validFor, utc.DayOfYear, new TimeSpan(utc.Hour, utc.Minute, 0), station.Replace('-', '/').PadRight(8));
        return TryParse(header.ToString(), out var parsed, out var problem) ? parsed! : throw new FormatException(problem);
    }

    /// <summary>Reads a header strictly; on refusal <paramref name="problem"/> says which part is wrong.</summary>
    public static bool TryParse(string text, out SameHeader? header, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        header = null;
        if (text.Length > CharactersMax) return No("longer than 252 characters", out problem);
        if (!text.StartsWith("ZCZC-", StringComparison.Ordinal)) return No("does not begin with ZCZC-", out problem);
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus < 0) return No("no + before the valid time", out problem);
        var left = text[5..plus].Split('-');
        var right = text[(plus + 1)..].Split('-');
        if (left.Length < 3) return No("originator, event and at least one location come before +", out problem);
        if (left.Length - 2 > LocationsMax) return No($"{left.Length - 2} locations; at most {LocationsMax} are allowed", out problem);
        if (!Capitals(left[0])) return No("the originator is three capitals", out problem);
        if (!Capitals(left[1])) return No("the event is three capitals", out problem);
        foreach (var location in left[2..]) if (location.Length != 6 || !location.All(char.IsAsciiDigit)) return No($"location \"{location}\" is not six digits", out problem);
        if (right.Length != 4 || right[3].Length != 0) return No("after + come valid time, issue time, station and a final dash", out problem);
        if (!Digits(right[0], 4)) return No("the valid time is four digits", out problem);
        int hours = Number(right[0][..2]), minutes = Number(right[0][2..]);
        if (!ValidStep(hours, minutes)) return No("the valid time runs in steps of 15 min up to an hour, then of 30 min", out problem);
        if (!Digits(right[1], 7)) return No("the issue time is seven digits", out problem);
        int day = Number(right[1][..3]), hour = Number(right[1][3..5]), minute = Number(right[1][5..]);
        if (day is < 1 or > 366 || hour > 23 || minute > 59) return No("the issue time is day of the year, hour and minute", out problem);
        if (right[2].Length != 8 || right[2].Any(c => c is < ' ' or > '~')) return No("the station has eight characters", out problem);
        header = new SameHeader(left[0], left[1], left[2..], new TimeSpan(hours, minutes, 0), day, new TimeSpan(hour, minute, 0), right[2]);
        problem = "";
        return true;
    }

    public override string ToString()
    {
        var text = new StringBuilder(64).Append("ZCZC-").Append(Originator).Append('-').Append(Event);
        foreach (var location in Locations) text.Append('-').Append(location);
        text.Append(CultureInfo.InvariantCulture, $"+{(int)ValidFor.TotalHours:00}{ValidFor.Minutes:00}-{DayOfYear:000}{TimeOfDay.Hours:00}{TimeOfDay.Minutes:00}-{Station}-");
        return text.ToString();
    }

    public bool Equals(SameHeader? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    private static bool ValidStep(int hours, int minutes) => minutes < 60 && (hours, minutes) != (0, 0) && minutes % (hours == 0 ? 15 : 30) == 0;

    private static bool Capitals(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    private static bool Digits(string text, int count) => text.Length == count && text.All(char.IsAsciiDigit);

    private static int Number(string digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool No(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
