using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Registry;

/// <summary>A registry in a folder of its own, gone with the test.</summary>
internal sealed class TemporaryRegistry : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-registry").FullName;

    public TemporaryRegistry() => Store = RegistryStore.Open(FilePath);

    public string FilePath => Path.Combine(_folder, "registry.db");

    public RegistryStore Store { get; }

    /// <summary>Two towns, three villages, four households, seven persons, five phones, one app, one horn, one station, one site.</summary>
    public TemporaryRegistry WithASmallTown(double firstLatitude = 31.40)
    {
        using var writer = Store.Write();
        writer.AddDivision(new Division("320481001000", "昆仑街道", -1, 31.45, 119.45, 0));
        writer.AddDivision(new Division("320481106000", "天目湖镇", -1, 31.30, 119.42, 0));
        writer.AddDivision(new Division("320481001001", "濑江新村居委会", 0, 31.45, 119.45, 1));
        writer.AddDivision(new Division("320481001002", "宋庄居委会", 0, 31.46, 119.46, 0));
        writer.AddDivision(new Division("320481106001", "集镇社区居委会", 1, 31.30, 119.42, 0));
        (int Village, double Lat, double Lon, PersonFlags[] Persons)[] households =
        [
            (0, firstLatitude, 119.40, [PersonFlags.Warden, PersonFlags.SmallChild]),
            (0, 31.41, 119.41, [PersonFlags.OldAlone]),
            (1, 31.46, 119.46, [PersonFlags.None, PersonFlags.English, PersonFlags.Away]),
            (2, 31.30, 119.42, [PersonFlags.SiteReceiver]),
        ];
        foreach (var (village, lat, lon, persons) in households)
        {
            writer.AddHousehold(village, lat, lon);
            foreach (var flags in persons) writer.AddPerson(flags);
        }
        foreach (int person in new[] { 1, 3, 4, 5, 7 }) writer.AddEndpoint(1, person, EndpointFlags.None, Number(person));
        writer.AddEndpoint(2, 1, EndpointFlags.None, new byte[32]);
        writer.AddLoudspeaker(new LoudspeakerSite(writer.AddEndpoint(3, 0, EndpointFlags.None, [1, 2, 3]), 0, 31.40, 119.40, "1号喇叭"));
        writer.AddStation(new BroadcastStation(writer.AddEndpoint(4, 0, EndpointFlags.None, [9]), "台"));
        writer.AddEndpoint(1, 1, EndpointFlags.Exercise, Number(99));
        writer.AddSite(new Site(0, "school", "学校", 2, 31.30, 119.42, 300, 0, [7, 1]));
        writer.AddCode("SAME", "006015", [2, 4]);
        writer.SetMeta("synthetic", "1");
        writer.Complete();
        return this;
    }

    public static byte[] Number(int person) => System.Text.Encoding.ASCII.GetBytes("+8612" + person.ToString("D9", System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
