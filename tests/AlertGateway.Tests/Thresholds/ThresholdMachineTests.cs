using AlertGateway.Cap;
using AlertGateway.Core.Thresholds;
using CsCheck;

namespace AlertGateway.Tests.Thresholds;

public sealed class ThresholdMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Late = TimeSpan.FromHours(2);

    [Fact]
    public void A_rising_river_raises_colour_by_colour_and_a_falling_one_waits()
    {
        var steps = Run(ARiver(), [(0, 4.0), (10, 4.5), (20, 5.2), (30, 6.0), (40, 5.9), (50, 5.0), (70, 5.0), (120, 5.0), (130, 4.0), (195, 4.0)]);
        Assert.Equal(["10 Raised yellow", "20 Higher orange", "30 Higher red", "120 Lower yellow", "195 Lifted yellow"], steps);
    }

    [Fact]
    public void A_value_that_plays_around_a_level_alarms_once() =>
        Gen.Double[-0.04, 0.04].Array[2, 200].Sample(noise =>
        {
            var steps = Run(ARiver(), [.. noise.Select((n, i) => (i * 10, 4.5 + n))]);
            Assert.True(steps.Count <= 1, string.Join(' ', steps));
        });

    [Fact]
    public void The_standing_colour_is_never_below_what_the_value_asks_for() =>
        Gen.Double[3.5, 6.5].Array[1, 100].Sample(values =>
        {
            var rule = ARiver();
            var state = ThresholdState.Initial;
            for (int i = 0; i < values.Length; i++)
            {
                var at = Start.AddMinutes(10 * i);
                (state, _) = ThresholdMachine.Apply(rule, state, at, values[i], 60, at, Late);
                Assert.True(state.Colour >= (rule.Levels.LastOrDefault(l => values[i] >= l.Value)?.Colour ?? WarningColour.None));
            }
        });

    [Fact]
    public void Colours_fall_only_after_the_hold_time_and_steps_join_up() =>
        Gen.Double[3.5, 6.5].Array[1, 150].Sample(values =>
        {
            var rule = ARiver();
            var state = ThresholdState.Initial;
            DateTimeOffset? lastAbove = null;
            var standing = WarningColour.None;
            for (int i = 0; i < values.Length; i++)
            {
                var at = Start.AddMinutes(10 * i);
                (state, var change) = ThresholdMachine.Apply(rule, state, at, values[i], 60, at, Late);
                if (change is not null)
                {
                    Assert.Equal(standing, change.From);
                    if (change.Step is ThresholdStep.Lower or ThresholdStep.Lifted) Assert.True(at - lastAbove >= TimeSpan.FromMinutes(rule.HoldMinutes));
                }

                standing = state.Colour;
                var kept = rule.Levels.LastOrDefault(l => values[i] >= l.Value - rule.Hysteresis)?.Colour ?? WarningColour.None;
                if (kept >= standing) lastAbove = at;
            }
        });

    [Fact]
    public void Missing_impossible_late_repeated_and_future_readings_move_nothing()
    {
        var rule = ARiver();
        var (state, _) = ThresholdMachine.Apply(rule, ThresholdState.Initial, Start, 4.0, 60, Start, Late);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start.AddMinutes(5), null, 60, Start.AddMinutes(5), Late).State);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start.AddMinutes(5), 9999, 60, Start.AddMinutes(5), Late).State);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start.AddMinutes(5), double.NaN, 60, Start.AddMinutes(5), Late).State);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start, 6.5, 60, Start, Late).State);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start.AddMinutes(5), 6.5, 60, Start.AddHours(3), Late).State);
        Assert.Same(state, ThresholdMachine.Apply(rule, state, Start.AddHours(1), 6.5, 60, Start, Late).State);
    }

    [Fact]
    public void One_jump_is_not_believed_and_two_are()
    {
        var rule = ARiver() with { RisePerHourMax = 1 };
        Assert.Equal(["25 Raised red"], Run(rule, [(0, 4.0), (10, 6.2), (20, 4.0), (23, 6.2), (25, 6.3)]));
        Assert.Empty(Run(rule, [(0, 4.0), (10, 6.2), (20, 4.0), (30, 4.0)]));
    }

    [Fact]
    public void A_standing_level_is_renewed_before_its_draft_expires_and_silence_lifts_nothing()
    {
        var rule = ARiver();
        var (state, raised) = ThresholdMachine.Apply(rule, ThresholdState.Initial, Start, 4.6, 60, Start, Late);
        Assert.NotNull(raised);
        state = state with { Draft = new DraftKey("d", Start, Start.AddHours(6)) };
        var at = Start.AddHours(5).AddMinutes(40);
        Assert.Equal(ThresholdStep.Renewed, ThresholdMachine.Apply(rule, state, at, 4.6, 60, at, Late).Change!.Step);
        Assert.Null(ThresholdMachine.Apply(rule, state, Start.AddHours(3), 4.6, 60, Start.AddHours(3), Late).Change);
    }

    [Fact]
    public void Rain_counts_in_its_windows_whatever_the_order_of_arrival()
    {
        var rule = AGauge();
        Assert.Equal(["30 Raised orange", "60 Higher red"], Run(rule, [(5, 10), (10, 10), (15, 10), (30, 12), (45, 10), (60, 10)], 5));
        Gen.Shuffle(((int Minute, double Millimetres)[])[(5, 10), (10, 10), (15, 10), (20, 9), (25, 3), (30, 3)]).Sample(order =>
        {
            var state = ThresholdState.Initial;
            var now = Start.AddMinutes(31);
            foreach (var (minute, mm) in order) (state, _) = ThresholdMachine.Apply(rule, state, Start.AddMinutes(minute), mm, 5, now, Late);
            Assert.Equal(WarningColour.Orange, state.Colour);
            Assert.Equal(45, state.Rain.Sum(r => r.Millimetres));
        });
    }

    [Fact]
    public void The_shipped_thresholds_and_wording_can_be_read()
    {
        var root = Cap.Corpus.RepositoryRoot();
        var config = ThresholdConfig.Parse(File.ReadAllBytes(Path.Combine(root, "config", "thresholds", "liyang.json")));
        Assert.Contains(config.Rules, r => r is { Id: "liyang-stage", Kind: ThresholdKind.River } && r.Levels.Any(l => l is { Value: 4.5, Colour: WarningColour.Yellow }));
        Assert.All(config.Rules, r => Assert.Equal("", r.Station)); // no address is made up
    }

    internal static ThresholdRule ARiver() => new()
    {
        Id = "a-river",
        Kind = ThresholdKind.River,
        Station = "0012345678",
        Name = "某站",
        NameEnglish = "a station",
        Quantity = "stage",
        EventCode = "11A01",
        Datum = "吴淞",
        Areas = ["320481"],
        AreaName = "溧阳市",
        AreaNameEnglish = "Liyang",
        Min = 0,
        Max = 12,
        Levels =
        [
            new ThresholdLevel { Name = "警戒水位", NameEnglish = "warning stage", Value = 4.5, Colour = WarningColour.Yellow },
            new ThresholdLevel { Name = "保证水位", NameEnglish = "guaranteed stage", Value = 5.2, Colour = WarningColour.Orange },
            new ThresholdLevel { Name = "历史最高水位", NameEnglish = "record stage", Value = 6.0, Colour = WarningColour.Red },
        ],
    };

    private static ThresholdRule AGauge() => ARiver() with
    {
        Id = "a-gauge",
        Kind = ThresholdKind.Rain,
        Quantity = "rain-5min",
        Hysteresis = 5,
        Max = 100,
        Levels =
        [
            new ThresholdLevel { Name = "准备转移", NameEnglish = "get ready", Value = 40, Colour = WarningColour.Orange, WindowMinutes = 60 },
            new ThresholdLevel { Name = "立即转移", NameEnglish = "move now", Value = 60, Colour = WarningColour.Red, WindowMinutes = 60 },
        ],
    };

    private static List<string> Run(ThresholdRule rule, (int Minute, double Value)[] readings, int period = 60)
    {
        var state = ThresholdState.Initial;
        var steps = new List<string>();
        foreach (var (minute, value) in readings)
        {
            var at = Start.AddMinutes(minute);
            (state, var change) = ThresholdMachine.Apply(rule, state, at, value, period, at, Late);
            if (change is not null) steps.Add($"{minute} {change.Step} {change.Level.Colour.ToString().ToLowerInvariant()}");
        }

        return steps;
    }
}
