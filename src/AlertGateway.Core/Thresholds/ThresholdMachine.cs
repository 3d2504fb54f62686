using AlertGateway.Cap;

namespace AlertGateway.Core.Thresholds;

/// <summary>
/// The pure core of the rules: state and reading in, state and perhaps a change out. A level is reached at its value and left below its value minus the hysteresis, for long enough.
/// Readings that are missing, out of bounds, out of order or late move nothing; silence never lowers a colour.
/// </summary>
public static class ThresholdMachine
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestGap = TimeSpan.FromHours(6);

    /// <summary>How far ahead a station's clock may be. 10 minutes.</summary>
    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(10);

    /// <param name="value">Null when the source marked it as missing.</param>
    /// <param name="periodMinutes">Rain rules: the minutes that the value covers.</param>
    /// <param name="late">Older than this when it comes in, a reading makes no draft.</param>
    public static (ThresholdState State, ThresholdChange? Change) Apply(ThresholdRule rule, ThresholdState state, DateTimeOffset time, double? value, int periodMinutes, DateTimeOffset now, TimeSpan late)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(state);
        if (value is not { } v || !double.IsFinite(v) || v < rule.Min || v > rule.Max || time - now > AheadMax) return (state, null);
        return rule.Kind == ThresholdKind.Rain ? Rain(rule, state, new RainFall(time, periodMinutes, v), now, late) : Stage(rule, state, new Reading(time, v), now, late);
    }

    private static (ThresholdState, ThresholdChange?) Stage(ThresholdRule rule, ThresholdState state, Reading reading, DateTimeOffset now, TimeSpan late)
    {
        if (now - reading.Time > late || (state.Last is { } last && reading.Time <= last.Time)) return (state, null);
        if (IsJump(rule, state.Last, reading))
        {
            // Driftwood under a radar and a bubbled pressure pipe look like this once, a flood wave twice.
            if (state.Suspect is not { } suspect || reading.Time <= suspect.Time || IsJump(rule, suspect, reading)) return (state with { Suspect = reading }, null);
        }

        var believed = state with { Last = reading, Suspect = null };
        return Step(rule, believed, LevelAt(rule, reading.Value, 0), LevelAt(rule, reading.Value, rule.Hysteresis), reading.Value, reading.Time, now);
    }

    private static (ThresholdState, ThresholdChange?) Rain(ThresholdRule rule, ThresholdState state, RainFall fall, DateTimeOffset now, TimeSpan late)
    {
        if (state.Rain.Any(r => r.End == fall.End && r.Minutes == fall.Minutes)) return (state, null);
        var longest = TimeSpan.FromMinutes(rule.Levels.Max(l => l.WindowMinutes));
        // Missed minutes that come later than others still belong to the window.
        var newest = state.Rain.Count > 0 && state.Rain[^1].End > fall.End ? state.Rain[^1].End : fall.End;
        if (newest - fall.End >= longest) return (state, null);
        List<RainFall> rain = [.. state.Rain.Append(fall).Where(r => newest - r.End < longest).OrderBy(r => r.End)];
        var next = state with { Rain = rain, Last = new Reading(newest, fall.Millimetres) };
        if (now - newest > late) return (next, null);
        var (up, amount) = WettestLevel(rule, rain, newest, 0);
        var (stay, least) = WettestLevel(rule, rain, newest, rule.Hysteresis);
        return Step(rule, next, up, stay, up is null ? least : amount, newest, now);
    }

    private static (ThresholdState, ThresholdChange?) Step(ThresholdRule rule, ThresholdState state, ThresholdLevel? up, ThresholdLevel? stay, double value, DateTimeOffset time, DateTimeOffset now)
    {
        var reached = up?.Colour ?? WarningColour.None;
        if (reached > state.Colour) return (state with { Colour = reached, BelowSince = null }, new ThresholdChange(state.Colour == WarningColour.None ? ThresholdStep.Raised : ThresholdStep.Higher, up!, state.Colour, value, time));
        var kept = stay?.Colour ?? WarningColour.None;
        if (state.Colour == WarningColour.None) return (state with { BelowSince = null }, null);
        if (kept >= state.Colour)
        {
            var renew = state.Draft is { } draft && draft.Expires - now < RenewBefore;
            return (state with { BelowSince = null }, renew ? new ThresholdChange(ThresholdStep.Renewed, Standing(rule, state.Colour), state.Colour, value, time) : null);
        }

        var since = state.BelowSince ?? time;
        if (time - since < TimeSpan.FromMinutes(rule.HoldMinutes)) return (state with { BelowSince = since }, null);
        var step = kept == WarningColour.None ? ThresholdStep.Lifted : ThresholdStep.Lower;
        return (state with { Colour = kept, BelowSince = null }, new ThresholdChange(step, step == ThresholdStep.Lifted ? Standing(rule, state.Colour) : stay!, state.Colour, value, time));
    }

    private static bool IsJump(ThresholdRule rule, Reading? from, Reading to)
    {
        if (rule.RisePerHourMax <= 0 || from is not { } before || to.Time - before.Time > LongestGap) return false;
        return to.Value - before.Value > rule.RisePerHourMax * Math.Max((to.Time - before.Time).TotalHours, 0.25);
    }

    private static ThresholdLevel? LevelAt(ThresholdRule rule, double value, double below) => rule.Levels.LastOrDefault(l => value >= l.Value - below);

    private static (ThresholdLevel? Level, double Amount) WettestLevel(ThresholdRule rule, List<RainFall> rain, DateTimeOffset end, double below)
    {
        ThresholdLevel? worst = null;
        double amount = 0;
        foreach (var level in rule.Levels)
        {
            var from = end - TimeSpan.FromMinutes(level.WindowMinutes);
            double sum = 0;
            // An interval that begins before the window counts in full: rain is over-counted by less than one interval, never under-counted.
            foreach (var fall in rain)
            {
                if (fall.End > from) sum += fall.Millimetres;
            }

            if (sum >= level.Value - below && (worst is null || level.Colour >= worst.Colour)) (worst, amount) = (level, sum);
            else if (worst is null) amount = Math.Max(amount, sum);
        }

        return (worst, amount);
    }

    private static ThresholdLevel Standing(ThresholdRule rule, WarningColour colour) => rule.Levels.LastOrDefault(l => l.Colour == colour) ?? rule.Levels[^1];
}
