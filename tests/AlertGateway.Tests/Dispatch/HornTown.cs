using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Three villages within 3 km, each with a household of two telephones and a loudspeaker, and one transmitter.</summary>
internal sealed class HornTown
{
    private const int Persons = 6;

    public RegistrySnapshot Registry { get; } = new()
    {
        Version = "v1", Synthetic = true,
        Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
        Villages = [new Division("320481106001", "甲村", 0, 31.30, 119.40, 1), new Division("320481106002", "乙村", 0, 31.31, 119.40, 3), new Division("320481106003", "丙村", 0, 31.32, 119.40, 5)],
        HouseholdVillage = [0, 0, 1, 2], HouseholdLatitude = [0, 31.30, 31.31, 31.32], HouseholdLongitude = [0, 119.40, 119.40, 119.40],
        HouseholdFirstPerson = [0, 1, 3, 5, 7], PersonHousehold = [0, 1, 1, 2, 2, 3, 3], PersonFlags = new PersonFlags[Persons + 1],
        EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Sms, Persons), .. Enumerable.Repeat((byte)ChannelKind.Loudspeaker, 3), (byte)ChannelKind.Broadcast],
        EndpointPerson = [.. Enumerable.Range(0, Persons + 1), 0, 0, 0, 0], EndpointFlags = new EndpointFlags[Persons + 5],
        Loudspeakers = [new LoudspeakerSite(7, 0, 31.30, 119.40, "甲村大喇叭"), new LoudspeakerSite(8, 1, 31.31, 119.40, "乙村大喇叭"), new LoudspeakerSite(9, 2, 31.32, 119.40, "丙村大喇叭")],
        Stations = [new BroadcastStation(10, "应急广播")], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
    };

    public int[] Horns { get; } = [7, 8, 9];

    public int Station => 10;

    /// <summary>To these endpoints; by default to all.</summary>
    public ClearedAlert AnAlert(DateTimeOffset sent, string identifier = "demo-1", int takesOver = 0, int[]? to = null)
    {
        to ??= [.. Enumerable.Range(1, Registry.Endpoints)];
        var alert = Makers.ARedAlert(Registry, sent, identifier, takesOver: takesOver);
        ChannelAudience[] channels = [.. to.GroupBy(e => Registry.EndpointChannel[e]).OrderBy(g => g.Key).Select(g => new ChannelAudience((ChannelKind)g.Key, [.. g], new byte[g.Count()]))];
        int[] households = [.. to.Select(e => Registry.EndpointPerson[e]).Where(p => p > 0).Select(p => Registry.PersonHousehold[p]).Distinct().Order()];
        Rendition[] renditions = [.. from c in channels from purpose in (Purpose[])[Purpose.Original, Purpose.Cancel, Purpose.Correction] select Makers.ARendition(purpose, purpose.ToString()) with { Channel = c.Channel }];
        return alert with { Proposal = alert.Proposal with { Audience = alert.Proposal.Audience with { Channels = channels, HouseholdNos = households }, Renditions = renditions } };
    }
}
