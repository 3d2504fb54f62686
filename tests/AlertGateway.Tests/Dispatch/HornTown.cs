using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Three villages within 3 km and a fourth 30 km off, each with a household of two telephones and a loudspeaker; two transmitters, and a loudspeaker of the exercise world in the first village.</summary>
internal sealed class HornTown
{
    private const int Persons = 8;

    public RegistrySnapshot Registry { get; } = new()
    {
        Version = "v1", Synthetic = true,
        Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
        Villages = [.. Latitudes.Select((latitude, v) => new Division($"32048110600{v + 1}", $"{"甲乙丙丁"[v]}村", 0, latitude, 119.40, (v * 2) + 1))],
        HouseholdVillage = [0, 0, 1, 2, 3], HouseholdLatitude = [0, .. Latitudes], HouseholdLongitude = [0, 119.40, 119.40, 119.40, 119.40],
        HouseholdFirstPerson = [0, 1, 3, 5, 7, 9], PersonHousehold = [0, 1, 1, 2, 2, 3, 3, 4, 4], PersonFlags = new PersonFlags[Persons + 1],
        EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Sms, Persons), .. Enumerable.Repeat((byte)ChannelKind.Loudspeaker, 4), (byte)ChannelKind.Broadcast, (byte)ChannelKind.Broadcast, (byte)ChannelKind.Loudspeaker],
        EndpointPerson = [.. Enumerable.Range(0, Persons + 1), 0, 0, 0, 0, 0, 0, 0], EndpointFlags = [.. new EndpointFlags[Persons + 7], EndpointFlags.Exercise],
        Loudspeakers = [.. Latitudes.Select((latitude, v) => new LoudspeakerSite(9 + v, v, latitude, 119.40, "大喇叭")), new LoudspeakerSite(15, 0, 31.30, 119.40, "演练大喇叭")],
        Stations = [new BroadcastStation(13, "应急广播"), new BroadcastStation(14, "调频广播")], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
    };

    private static double[] Latitudes => [31.30, 31.31, 31.32, 31.60];

    /// <summary>Of the live world, by village.</summary>
    public int[] Horns { get; } = [9, 10, 11, 12];

    public int[] Stations { get; } = [13, 14];

    /// <summary>The loudspeaker of the exercise world.</summary>
    public static int Exercise => 15;

    /// <summary>To these endpoints; by default to all of the live world.</summary>
    /// <param name="households">Of the audience; by default those of the endpoints.</param>
    public ClearedAlert AnAlert(DateTimeOffset sent, string identifier = "demo-1", int takesOver = 0, int[]? to = null, int[]? households = null)
    {
        to ??= [.. Enumerable.Range(1, Exercise - 1)];
        var alert = Makers.ARedAlert(Registry, sent, identifier, takesOver: takesOver);
        ChannelAudience[] channels = [.. to.GroupBy(e => Registry.EndpointChannel[e]).OrderBy(g => g.Key).Select(g => new ChannelAudience((ChannelKind)g.Key, [.. g], new byte[g.Count()]))];
        households ??= [.. to.Select(e => Registry.EndpointPerson[e]).Where(p => p > 0).Select(p => Registry.PersonHousehold[p]).Distinct().Order()];
        Rendition[] renditions = [.. from c in channels from purpose in (Purpose[])[Purpose.Original, Purpose.Cancel, Purpose.Correction] select Makers.ARendition(purpose, purpose.ToString()) with { Channel = c.Channel }];
        return alert with { Proposal = alert.Proposal with { Audience = alert.Proposal.Audience with { Channels = channels, HouseholdNos = households }, Renditions = renditions } };
    }
}
