using AlertGateway.Core;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>What the board shows at one instant.</summary>
/// <param name="PerSecond">Originals started per second over the last seconds; null while unknown.</param>
internal sealed record BoardState(DisseminationView View, Coverage? Coverage, DateTimeOffset At, double? PerSecond, IReadOnlyList<(DateTimeOffset At, int Started)> Samples)
{
    /// <summary>The rate is taken over this long.</summary>
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(3);

    /// <summary>Null when the dissemination is unknown.</summary>
    public static BoardState? Read(int disseminationNo, ITrackingBoard board, TimeProvider clock, BoardState? before)
    {
        if (board.Find(disseminationNo) is not { } view) return null;
        var at = clock.GetUtcNow();
        List<(DateTimeOffset At, int Started)> samples = [.. before?.Samples.SkipWhile(s => at - s.At > RateWindow) ?? [], (at, view.Started)];
        var (firstAt, firstStarted) = samples[0];
        double? rate = at - firstAt >= TimeSpan.FromSeconds(0.9) ? Math.Max(0, view.Started - firstStarted) / (at - firstAt).TotalSeconds : null;
        return new BoardState(view, board.Coverage(disseminationNo), at, rate, samples);
    }

    public bool DiffersFrom(BoardState before) =>
        View.Sequence != before.View.Sequence || View.State != before.View.State || Coverage?.Sequence != before.Coverage?.Sequence
        || Rounded(PerSecond) != Rounded(before.PerSecond);

    public static int? Rounded(double? perSecond) => perSecond is { } r ? (int)Math.Round(r) : null;

    public static bool SameGrades(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
        {
            if (a[i] != b[i]) return false;
        }

        return true;
    }

    /// <summary>The grade that at least half of the households have reached.</summary>
    public static Evidence GradeOfHalf(IReadOnlyList<int> byEvidence)
    {
        int total = 0;
        foreach (int n in byEvidence) total += n;
        int above = 0;
        for (int grade = byEvidence.Count - 1; grade > 0; grade--)
        {
            above += byEvidence[grade];
            if (above > 0 && above * 2 >= total) return (Evidence)grade;
        }

        return Evidence.Planned;
    }
}
