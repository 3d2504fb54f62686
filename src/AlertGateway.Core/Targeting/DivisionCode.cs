namespace AlertGateway.Core.Targeting;

/// <summary>
/// A Chinese administrative division code (GB/T 2260, GB/T 10114): province 2, city 2, county 2, town 3, village 3 digits. Groups of zeros at the end mean the whole of the level above.
/// </summary>
public static class DivisionCode
{
    private static readonly int[] GroupEnds = [2, 4, 6, 9, 12];

    /// <summary>The digits that all codes inside begin with; false for anything but 6, 9 or 12 digits, and for a code of zeros only, which would mean everybody.</summary>
    public static bool TryPrefix(string code, out string prefix)
    {
        ArgumentNullException.ThrowIfNull(code);
        prefix = "";
        if (code.Length is not (6 or 9 or 12)) return false;
        foreach (char c in code) if (!char.IsAsciiDigit(c)) return false;
        int length = code.Length;
        for (int group = Array.IndexOf(GroupEnds, length); group >= 0; group--)
        {
            int start = group == 0 ? 0 : GroupEnds[group - 1];
            if (code.AsSpan(start, length - start).ContainsAnyExcept('0')) break;
            length = start;
        }
        if (length == 0) return false;
        // A group of zeros in front of digits ("320000001000") names nothing.
        for (int group = 0; group < GroupEnds.Length && GroupEnds[group] <= length; group++)
        {
            int start = group == 0 ? 0 : GroupEnds[group - 1];
            if (!code.AsSpan(start, GroupEnds[group] - start).ContainsAnyExcept('0')) return false;
        }
        prefix = code[..length];
        return true;
    }
}
