using System.Text.Json;
using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>A prepared area – below a reservoir, a gully, an underpass – whose people are told first.</summary>
/// <param name="Kind"><c>below-reservoir</c>, <c>flash-flood</c>, <c>low-lying</c>, <c>underpass</c>, <c>landslide</c>.</param>
/// <param name="ArrivalMinutes">From the event (a dam break) to the first house.</param>
/// <param name="Schematic">Drawn as an illustration; maps and tables then say 示意.</param>
public sealed record DangerZone(string Id, string Kind, string Name, string NameEnglish, Geometry Shape, int ArrivalMinutes, string Shelter, string ShelterEnglish, string Text, string TextEnglish, bool Schematic);

/// <summary>The danger zones of a city.</summary>
public sealed record DangerZones(IReadOnlyList<DangerZone> Zones)
{
    public static DangerZones None { get; } = new([]);

    /// <summary>Reads <c>danger-zones.json</c>.</summary>
    public static DangerZones Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var zones = new List<DangerZone>();
        foreach (var zone in document.RootElement.GetProperty("zones").EnumerateArray())
        {
            string Text(string name) => zone.GetProperty(name).GetString() ?? "";
            zones.Add(new DangerZone(Text("id"), Text("kind"), Text("name"), Text("nameEnglish"), GeoJsonShape.Parse(zone.GetProperty("geometry").GetRawText()),
                zone.GetProperty("arrivalMinutes").GetInt32(), Text("shelter"), Text("shelterEnglish"), Text("text"), Text("textEnglish"), zone.GetProperty("schematic").GetBoolean()));
        }
        return new DangerZones(zones);
    }
}
