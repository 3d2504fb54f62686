using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Targeting;
using AlertGateway.Server.Demo;
using AlertGateway.Storage.Registry;

namespace AlertGateway.CityLoad;

/// <summary>One group of households: when the first SMS of each was taken by the provider, and when it would have been in the order of the registry.</summary>
/// <param name="Households">All of the audience, also those that got nothing.</param>
/// <param name="Seconds">Ascending, from the first SMS of the alert; one for each household that got one.</param>
/// <param name="FifoSeconds">Ascending; the same SMS at one rate, first in first out.</param>
internal sealed record ReachGroup(string Code, string Name, int Households, double[] Seconds, double[] FifoSeconds)
{
    public int Reached => Seconds.Length;

    /// <summary>Seconds until this share (0 to 1) of all households was handed off; null when it never was.</summary>
    public double? SecondsAt(double share) => At(Seconds, share);

    public double? FifoSecondsAt(double share) => At(FifoSeconds, share);

    /// <summary>Seconds until the last one that got any; null when nobody did.</summary>
    public double? LastSeconds => Seconds.Length == 0 ? null : Seconds[^1];

    public double? FifoLastSeconds => FifoSeconds.Length == 0 ? null : FifoSeconds[^1];

    /// <summary>As people read it.</summary>
    public static string Text(double? seconds) => seconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    private double? At(double[] ascending, double share)
    {
        int index = Math.Max(1, (int)Math.Ceiling(Households * share)) - 1;
        return index < ascending.Length ? ascending[index] : null;
    }
}

/// <summary>Minutes to reach, by group, from the provider's journal joined to the registry.</summary>
/// <param name="PerSecond">SMS a second that the provider took, from the first to the last.</param>
/// <param name="FifoPerSecond">Rate of the comparison, SMS a second: the limit of the run or, without one, <paramref name="PerSecond"/>.</param>
/// <param name="IsFifoMeasured">The comparison goes at the rate that was measured.</param>
/// <param name="UsefulMinutesSaved">Household-minutes by which danger zones and the vulnerable were earlier than first in, first out; of those that got an SMS.</param>
internal sealed record ReachCurves(double PerSecond, double FifoPerSecond, bool IsFifoMeasured, double UsefulMinutesSaved, IReadOnlyList<ReachGroup> Groups)
{
    private static readonly (string Code, string Name)[] Names = [("danger", "危险区 danger zones"), ("vulnerable", "弱势户 vulnerable"), ("responsible", "责任人 responsible"), ("rest", "其余 the rest")];

    /// <param name="registry">Its households are the audience: the alert is citywide.</param>
    /// <param name="ratePerSecond">Limit of the run, SMS a second; 0 for none.</param>
    public static ReachCurves Read(string folder, RegistrySnapshot registry, DangerZones zones, int disseminationNo, int ratePerSecond)
    {
        var danger = new bool[registry.Households + 1];
        var grid = new HouseholdGrid(registry.HouseholdLatitude, registry.HouseholdLongitude);
        foreach (var zone in zones.Zones) grid.Mark(zone.Shape, danger);

        var first = new Dictionary<int, long>();
        var endpoints = new SortedSet<int>();
        long start = long.MaxValue, end = long.MinValue;
        foreach (string line in JournalAudit.LinesOf(folder, "sms"))
        {
            string[] columns = line.Split('\t');
            if (columns.Length <= 5 || columns[1] != "accept" || !DeliveryTag.TryParse(columns[5], out var tag) || tag.Key.DisseminationNo != disseminationNo || tag.Key.Purpose != Purpose.Original) continue;
            long at = long.Parse(columns[0], CultureInfo.InvariantCulture);
            int household = registry.PersonHousehold[registry.EndpointPerson[tag.Key.EndpointNo]];
            (start, end) = (Math.Min(start, at), Math.Max(end, at));
            endpoints.Add(tag.Key.EndpointNo);
            if (!first.TryGetValue(household, out long known) || at < known) first[household] = at;
        }
        // So many intervals lie between the first and the last.
        double measured = end > start ? (endpoints.Count - 1) / ((end - start) / 1e9) : 0;
        double fifoPerSecond = ratePerSecond > 0 ? ratePerSecond : measured;
        var fifo = new Dictionary<int, double>();
        double fifoAt = 0;
        foreach (int endpoint in endpoints)
        {
            fifo.TryAdd(registry.PersonHousehold[registry.EndpointPerson[endpoint]], fifoAt);
            if (fifoPerSecond > 0) fifoAt += 1 / fifoPerSecond;
        }

        var members = new int[Names.Length];
        var reached = Names.Select(_ => new List<int>()).ToArray();
        for (int household = 1; household <= registry.Households; household++)
        {
            int group = GroupOf(registry, danger, household);
            members[group]++;
            if (first.ContainsKey(household)) reached[group].Add(household);
        }
        var groups = Names.Select((n, g) => new ReachGroup(n.Code, n.Name, members[g], [.. reached[g].Select(h => (first[h] - start) / 1e9).Order()], [.. reached[g].Select(h => fifo[h]).Order()])).ToList();
        double saved = reached[0].Concat(reached[1]).Sum(h => fifo[h] - ((first[h] - start) / 1e9)) / 60;
        return new ReachCurves(measured, fifoPerSecond, ratePerSecond <= 0, saved, groups);
    }

    private static int GroupOf(RegistrySnapshot registry, bool[] danger, int household)
    {
        if (danger[household]) return 0;
        var all = PersonFlags.None;
        for (int person = registry.HouseholdFirstPerson[household]; person < registry.HouseholdFirstPerson[household + 1]; person++) all |= registry.PersonFlags[person];
        return (all & PersonFlags.Vulnerable) != 0 ? 1 : (all & PersonFlags.Responsible) != 0 ? 2 : 3;
    }
}
