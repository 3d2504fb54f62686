using AlertGateway.Core;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Simulation;

/// <summary>A town of two villages: every person has SMS, every third the app; three loudspeakers, of which the last stands 30 km off, one transmitter. Where the night asks for it every fourth person wears a pager, and every fifth person's endpoints and one loudspeaker are of the exercise world.</summary>
internal sealed class Town
{
    /// <summary>Paging by radio: a pager neither keeps one of two nor answers, so its class is blind. Its number is one of those that are kept for trials.</summary>
    public const ChannelKind Pager = (ChannelKind)RowNumbers.FirstOfTrials;

    public Town(int households, Extras extras = Extras.None)
    {
        bool pagers = extras.HasFlag(Extras.Pagers), drills = extras.HasFlag(Extras.Exercises);
        Kinds = [ChannelKind.Sms, ChannelKind.Push, ChannelKind.Loudspeaker, ChannelKind.Broadcast, .. pagers ? [Pager] : Array.Empty<ChannelKind>()];
        int persons = households * 2;
        var channel = new List<byte> { 0 };
        var person = new List<int> { 0 };
        var endpointFlags = new List<EndpointFlags> { EndpointFlags.None };
        void Add(ChannelKind kind, int of, bool exercise = false) { channel.Add((byte)kind); person.Add(of); endpointFlags.Add(exercise ? EndpointFlags.Exercise : EndpointFlags.None); }
        bool Drills(int of) => drills && of % 5 == 0;
        for (int p = 1; p <= persons; p++) Add(ChannelKind.Sms, p, Drills(p));
        for (int p = 1; p <= persons; p += 3) Add(ChannelKind.Push, p, Drills(p));
        for (int i = 0; i < 3; i++) Add(ChannelKind.Loudspeaker, 0, drills && i == 2);
        Add(ChannelKind.Broadcast, 0);
        for (int p = 1; pagers && p <= persons; p += 4) Add(Pager, p, Drills(p));
        var flags = new PersonFlags[persons + 1];
        for (int p = 1; p <= persons; p++) flags[p] = (p % 7) switch { 0 => PersonFlags.Away, 1 => PersonFlags.Responsible, _ => PersonFlags.None };
        int[] horns = [.. Enumerable.Range(1, channel.Count - 1).Where(e => channel[e] == (byte)ChannelKind.Loudspeaker)];
        int station = channel.IndexOf((byte)ChannelKind.Broadcast);
        Registry = new RegistrySnapshot
        {
            Version = "v1", Synthetic = true,
            Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
            Villages = [new Division("320481106001", "甲村", 0, 31.3, 119.4, 1), new Division("320481106002", "乙村", 0, 31.31, 119.41, 2)],
            HouseholdVillage = [0, .. Enumerable.Range(1, households).Select(h => (ushort)(h % 2))],
            HouseholdLatitude = new double[households + 1], HouseholdLongitude = new double[households + 1],
            HouseholdFirstPerson = [0, .. Enumerable.Range(0, households + 1).Select(h => (h * 2) + 1)],
            PersonHousehold = [0, .. Enumerable.Range(0, persons).Select(p => (p / 2) + 1)],
            PersonFlags = flags, EndpointChannel = [.. channel], EndpointPerson = [.. person], EndpointFlags = [.. endpointFlags],
            Loudspeakers = [.. horns.Select((horn, i) => new LoudspeakerSite(horn, i % 2, i < 2 ? 31.3 : 31.6, 119.4, "大喇叭"))], Stations = [new BroadcastStation(station, "应急广播")], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
        Everybody = [.. Enumerable.Range(1, Registry.Endpoints).Where(e => !IsExercise(e))];
        Drill = [.. Enumerable.Range(1, Registry.Endpoints).Where(IsExercise)];
    }

    public RegistrySnapshot Registry { get; }

    /// <summary>The media of this town, in the order in which their lanes run.</summary>
    public IReadOnlyList<ChannelKind> Kinds { get; }

    /// <summary>Loudspeakers and transmitters that a false alarm anywhere in the town is corrected by, whether it was for them or not.</summary>
    public bool IsNextDoor(int endpointNo) => (ChannelKind)Registry.EndpointChannel[endpointNo] == ChannelKind.Broadcast || Registry.Loudspeakers.Take(2).Any(h => h.EndpointNo == endpointNo);

    /// <summary>Every live endpoint.</summary>
    public int[] Everybody { get; }

    /// <summary>Every endpoint of the exercise world.</summary>
    public int[] Drill { get; }

    public bool IsExercise(int endpointNo) => (Registry.EndpointFlags[endpointNo] & EndpointFlags.Exercise) != 0;

    public ChannelKind KindOf(int endpointNo) => (ChannelKind)Registry.EndpointChannel[endpointNo];

    /// <summary>One of the two villages, or some households here and there; live endpoints only, never nobody.</summary>
    public int[] Part(Dice dice)
    {
        int village = dice.Below(0, 3);
        var here = Enumerable.Range(0, Registry.Households + 1).Select(h => village < 2 ? Registry.HouseholdVillage[h] == village : h == 1 || dice.Chance(400)).ToArray();
        return [.. Everybody.Where(e => Registry.EndpointPerson[e] is > 0 and var person ? here[Registry.PersonHousehold[person]] : e % 2 == village)];
    }
}
