using AlertGateway.Core;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Dispatch;
using CsCheck;

namespace AlertGateway.Tests.Targeting;

public sealed class VillageAudiencesTests
{
    // Persons 1 to 8 in households 1 to 4 of two villages, each with an app; then four loudspeakers, two in each village, one of each village not for live alerts.
    private static RegistrySnapshot ATown(string version = "v1")
    {
        var town = Makers.ATown(4, version, (3, PersonFlags.English));
        return new RegistrySnapshot
        {
            Version = version, Synthetic = true, Towns = town.Towns, Villages = town.Villages, HouseholdVillage = town.HouseholdVillage, HouseholdLatitude = town.HouseholdLatitude, HouseholdLongitude = town.HouseholdLongitude,
            HouseholdFirstPerson = town.HouseholdFirstPerson, PersonHousehold = town.PersonHousehold, PersonFlags = town.PersonFlags,
            EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Push, 8), .. Enumerable.Repeat((byte)ChannelKind.Loudspeaker, 4)], EndpointPerson = [.. Enumerable.Range(0, 9), 0, 0, 0, 0],
            EndpointFlags = [.. new EndpointFlags[9], EndpointFlags.None, EndpointFlags.Exercise, EndpointFlags.None, EndpointFlags.Disabled],
            Loudspeakers = [.. Enumerable.Range(0, 4).Select(i => new LoudspeakerSite(9 + i, i / 2, 31.3, 119.4, $"号角{i}"))], Stations = [], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
    }

    private static VillageAudiences Villages(string version = "v1") => new(ATown(version), VillageLanguages.Default);

    [Fact]
    public void Loudspeakers_and_apps_of_the_villages_are_warned_and_nobody_elses()
    {
        var plan = Villages().Plan(horns: [0], apps: [0, 1]);
        Assert.Empty(plan.Holds);
        Assert.Equal([ChannelKind.Loudspeaker, ChannelKind.Push], plan.Audience.Channels.Select(c => c.Channel));
        Assert.Equal([9], plan.Audience.Channels[0].EndpointNos);
        Assert.Equal(Enumerable.Range(1, 8), plan.Audience.Channels[1].EndpointNos.Order());
        Assert.Equal(1, plan.Audience.Channels[1].Languages[Array.IndexOf(plan.Audience.Channels[1].EndpointNos, 3)]);
        Assert.Equal((2, 4, 8, 0), (plan.Audience.Counts.Villages, plan.Audience.Counts.Households, plan.Audience.Counts.Persons, plan.Audience.Counts.UnreachableHouseholds));
        Assert.Equal(AudienceHash.Of(plan.Audience), plan.Audience.Sha256);
    }

    [Fact]
    public void Where_only_the_loudspeakers_are_in_time_no_app_is_warned()
    {
        var plan = Villages().Plan(horns: [1], apps: []);
        Assert.Equal([11], Assert.Single(plan.Audience.Channels).EndpointNos);
        Assert.Equal((2, 2), (plan.Audience.Counts.Households, plan.Audience.Counts.UnreachableHouseholds));
        Assert.Empty(Villages().Plan([], []).Audience.Channels);
    }

    [Fact]
    public void Hashes_follow_the_villages_and_the_registry_and_not_the_order_in_which_they_are_named() => Gen.Bool.Array[4].Sample(picks =>
    {
        int[] horns = [.. new[] { 0, 1 }.Where(v => picks[v])], apps = [.. new[] { 0, 1 }.Where(v => picks[2 + v])];
        var (one, other, newer) = (Villages().Plan(horns, apps), Villages().Plan([.. horns.Reverse()], [.. apps.Reverse()]), Villages("v2").Plan(horns, apps));
        return one.Audience.Sha256 == other.Audience.Sha256 && one.Area.Sha256 == other.Area.Sha256 && one.Audience.Sha256 != newer.Audience.Sha256;
    }, iter: 64);

    [Fact]
    public void A_plan_is_the_same_whatever_was_planned_before() => Gen.Bool.Array[4].Array[2, 6].Sample(nights =>
    {
        var villages = Villages();
        return nights.All(picks =>
        {
            int[] horns = [.. new[] { 0, 1 }.Where(v => picks[v])], apps = [.. new[] { 0, 1 }.Where(v => picks[2 + v])];
            var (again, anew) = (villages.Plan(horns, apps), Villages().Plan(horns, apps));
            return again.Audience.Sha256 == anew.Audience.Sha256 && again.Area.Sha256 == anew.Area.Sha256 && again.Audience.Channels.SelectMany(c => c.EndpointNos).SequenceEqual(anew.Audience.Channels.SelectMany(c => c.EndpointNos));
        });
    }, iter: 64);
}
