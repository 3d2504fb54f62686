using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Targeting;
using AlertGateway.Server.Demo;
using AlertGateway.Storage.Registry;

namespace AlertGateway.CityLoad;

/// <summary>One group of households: when the first SMS of each was taken by the provider, and when it would have been in the order of the registry.</summary>
/// <param name="Seconds">Ascending, from the first SMS of the alert.</param>
/// <param name="FifoSeconds">Ascending; the same SMS at the same rate, first in first out.</param>
internal sealed record ReachGroup(string Code, string Name, double[] Seconds, double[] FifoSeconds)
{
    public int Households => Seconds.Length;

    /// <summary>Seconds until this share (0 to 1) was handed off; 0 for an empty group.</summary>
    public double SecondsAt(double share) => At(Seconds, share);

    public double FifoSecondsAt(double share) => At(FifoSeconds, share);

    private static double At(double[] ascending, double share) => ascending.Length == 0 ? 0 : ascending[Math.Clamp((int)Math.Ceiling(ascending.Length * share) - 1, 0, ascending.Length - 1)];
}

/// <summary>Minutes to reach, by group, from the provider's journal joined to the registry.</summary>
/// <param name="FifoPerSecond">Rate of the comparison, SMS a second.</param>
/// <param name="UsefulMinutesSaved">Household-minutes by which danger zones and the vulnerable were earlier than first in, first out.</param>
internal sealed record ReachCurves(int FifoPerSecond, double UsefulMinutesSaved, IReadOnlyList<ReachGroup> Groups)
{
    private static readonly (string Code, string Name)[] Names = [("danger", "危险区 danger zones"), ("vulnerable", "弱势户 vulnerable"), ("responsible", "责任人 responsible"), ("rest", "其余 the rest")];

    public static ReachCurves Read(string folder, RegistrySnapshot registry, DangerZones zones, int disseminationNo, int fifoPerSecond)
    {
        var danger = new bool[registry.Households + 1];
        var grid = new HouseholdGrid(registry.HouseholdLatitude, registry.HouseholdLongitude);
        foreach (var zone in zones.Zones) grid.Mark(zone.Shape, danger);

        var first = new Dictionary<int, long>();
        var endpoints = new List<int>();
        long start = long.MaxValue;
        foreach (string line in JournalAudit.LinesOf(folder, "sms"))
        {
            string[] columns = line.Split('\t');
            if (columns.Length <= 5 || columns[1] != "accept" || !DeliveryTag.TryParse(columns[5], out var tag) || tag.Key.DisseminationNo != disseminationNo || tag.Key.Purpose != Purpose.Original) continue;
            long at = long.Parse(columns[0], CultureInfo.InvariantCulture);
            int household = registry.PersonHousehold[registry.EndpointPerson[tag.Key.EndpointNo]];
            start = Math.Min(start, at);
            endpoints.Add(tag.Key.EndpointNo);
            if (!first.TryGetValue(household, out long known) || at < known) first[household] = at;
        }
        endpoints.Sort();
        var fifo = new Dictionary<int, double>();
        for (int i = 0; i < endpoints.Count; i++) fifo.TryAdd(registry.PersonHousehold[registry.EndpointPerson[endpoints[i]]], i / (double)fifoPerSecond);

        var groups = new List<ReachGroup>();
        double saved = 0;
        for (int g = 0; g < Names.Length; g++)
        {
            int[] members = [.. first.Keys.Where(h => GroupOf(registry, danger, h) == g)];
            groups.Add(new ReachGroup(Names[g].Code, Names[g].Name, [.. members.Select(h => (first[h] - start) / 1e9).Order()], [.. members.Select(h => fifo[h]).Order()]));
            if (g < 2) saved += members.Sum(h => fifo[h] - ((first[h] - start) / 1e9)) / 60;
        }
        return new ReachCurves(fifoPerSecond, saved, groups);
    }

    private static int GroupOf(RegistrySnapshot registry, bool[] danger, int household)
    {
        if (danger[household]) return 0;
        var all = PersonFlags.None;
        for (int person = registry.HouseholdFirstPerson[household]; person < registry.HouseholdFirstPerson[household + 1]; person++) all |= registry.PersonFlags[person];
        return (all & PersonFlags.Vulnerable) != 0 ? 1 : (all & PersonFlags.Responsible) != 0 ? 2 : 3;
    }
}
