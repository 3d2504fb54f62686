using System.Text;
using AlertGateway.CityLoad;
using AlertGateway.Core;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Acceptance.Load;

/// <summary>The curves that <c>./cityload</c> draws: from the provider's journal and the registry, against first in, first out.</summary>
public sealed class ReachCurvesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agw-reach-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Ten households of one person with one SMS endpoint each, numbered alike. The last one is in the danger zone, the ninth is vulnerable.</summary>
    private static RegistrySnapshot ATown() => new()
    {
        Version = "v1", Synthetic = true,
        Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
        Villages = [new Division("320481106001", "甲村", 0, 31.3, 119.4, 1)],
        HouseholdVillage = new ushort[11],
        HouseholdLatitude = [0, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31.5],
        HouseholdLongitude = [0, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119.5],
        HouseholdFirstPerson = [0, .. Enumerable.Range(1, 11)],
        PersonHousehold = [.. Enumerable.Range(0, 11)],
        PersonFlags = [.. Enumerable.Range(0, 11).Select(p => p == 9 ? PersonFlags.Vulnerable : PersonFlags.None)],
        EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Sms, 10)],
        EndpointPerson = [.. Enumerable.Range(0, 11)],
        EndpointFlags = new EndpointFlags[11],
        Loudspeakers = [], Stations = [], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
    };

    private static DangerZones Zones { get; } = DangerZones.Parse("""
        {"zones":[{"id":"z","kind":"below-reservoir","name":"坝下","nameEnglish":"Below the dam","schematic":true,"arrivalMinutes":10,"shelter":"高处","shelterEnglish":"High ground","text":"转移","textEnglish":"Move",
          "geometry":{"type":"Polygon","coordinates":[[[119.4,31.4],[119.6,31.4],[119.6,31.6],[119.4,31.6],[119.4,31.4]]]}}]}
        """);

    /// <summary>One journal line for each SMS: when, in seconds, and to which endpoint.</summary>
    private ReachCurves Read(int ratePerSecond, params (double Seconds, int Endpoint)[] taken)
    {
        var lines = new StringBuilder("5\tthrottle\t+861\n");
        foreach (var (seconds, endpoint) in taken) lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(long)((100 + seconds) * 1e9)}\taccept\t+86120000{endpoint}\tSM{endpoint}\tab\td1-{endpoint}-1-0-1\n");
        lines.Append("900000000000\taccept\t+861\tSM\tab\td1-1-1-1-1\n900000000000\taccept\t+861\tSM\tab\td2-1-1-0-1\n"); // a cancel, and another alert
        File.WriteAllText(Path.Combine(_folder.FullName, "sms.journal"), lines.ToString());
        return ReachCurves.Read(_folder.FullName, ATown(), Zones, disseminationNo: 1, ratePerSecond);
    }

    private static ReachGroup Group(ReachCurves curves, string code) => curves.Groups.Single(g => g.Code == code);

    [Fact]
    public void Without_a_limit_first_in_first_out_goes_at_the_rate_that_was_measured()
    {
        // Ten people in 4.5 s, the danger zone first; one of them again, which counts once.
        var curves = Read(0, [(0, 10), (0.5, 9), .. Enumerable.Range(1, 8).Select(e => (e * 0.5625, e)), (4.5, 8)]);
        Assert.Equal((2.0, 2.0, true), (Math.Round(curves.PerSecond, 6), Math.Round(curves.FifoPerSecond, 6), curves.IsFifoMeasured));
        Assert.Equal((0.0, 4.5), (Group(curves, "danger").LastSeconds, Math.Round(Group(curves, "danger").FifoLastSeconds!.Value, 6)));
        Assert.Equal((0.5, 4.0), (Group(curves, "vulnerable").LastSeconds, Math.Round(Group(curves, "vulnerable").FifoLastSeconds!.Value, 6)));
        Assert.Equal((4.5 + 3.5) / 60, curves.UsefulMinutesSaved, 6);
    }

    [Fact]
    public void The_same_order_at_the_same_rate_saves_nothing()
    {
        var curves = Read(0, [.. Enumerable.Range(1, 10).Select(e => (e / 700.0, e))]);
        Assert.Equal(0, curves.UsefulMinutesSaved, 6);
    }

    [Fact]
    public void With_a_limit_first_in_first_out_goes_at_the_limit()
    {
        var curves = Read(5, [(0, 10), (0.2, 9), .. Enumerable.Range(1, 8).Select(e => (0.2 + (e * 0.2), e))]);
        Assert.Equal((5.0, false, 1.8), (curves.FifoPerSecond, curves.IsFifoMeasured, Math.Round(Group(curves, "danger").FifoLastSeconds!.Value, 6)));
    }

    [Fact]
    public void Households_that_got_nothing_are_in_the_share_and_a_curve_ends_below_all()
    {
        var rest = Group(Read(10, [(0, 10), (1, 1), (2, 2), (3, 3), (4, 4)]), "rest");
        Assert.Equal((8, 4), (rest.Households, rest.Reached));
        Assert.Equal((2.0, 4.0, null, 4.0), (rest.SecondsAt(0.25), rest.SecondsAt(0.5), rest.SecondsAt(0.51), rest.LastSeconds));
        Assert.Equal((null, null), (rest.SecondsAt(1), rest.FifoSecondsAt(1)));
    }

    [Fact]
    public void A_group_that_nobody_reached_or_that_nobody_is_in_has_no_times()
    {
        var curves = Read(0, (0, 1));
        Assert.Equal((1, 0, null, null), (Group(curves, "danger").Households, Group(curves, "danger").Reached, Group(curves, "danger").SecondsAt(0.5), Group(curves, "danger").LastSeconds));
        Assert.Equal((0, null), (Group(curves, "responsible").Households, Group(curves, "responsible").SecondsAt(0.5)));
        Assert.Equal((0.0, 0.0, 0.0), (Group(curves, "rest").LastSeconds, curves.PerSecond, curves.UsefulMinutesSaved));
        Assert.Empty(Read(0).Groups.SelectMany(g => g.Seconds));
    }

    [Fact]
    public void The_page_says_which_rate_and_whose_share()
    {
        using var summary = System.Text.Json.JsonDocument.Parse("{}");
        string measured = HtmlReport.Of(Read(0, (0, 10), (1, 1), (2, 2)), summary.RootElement), limited = HtmlReport.Of(Read(5, (0, 10), (1, 1)), summary.RootElement);
        Assert.Contains("1 a second, the rate that this run reached", measured, StringComparison.Ordinal);
        Assert.Contains("本次实测的每秒 1 条", measured, StringComparison.Ordinal);
        Assert.Contains("5 a second. The share is of all households of the audience", limited, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", measured, StringComparison.Ordinal);
    }
}
