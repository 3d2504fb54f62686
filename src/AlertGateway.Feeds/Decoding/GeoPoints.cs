using System.Text.Json;

namespace AlertGateway.Feeds.Decoding;

/// <summary>GeoJSON positions (RFC 7946 §3.1.1): longitude, latitude and a third number.</summary>
internal static class GeoPoints
{
    /// <summary>The position of a Point; nulls for any other geometry.</summary>
    public static (double? Lat, double? Lon, double? Third) Of(JsonElement geometry)
    {
        var coordinates = geometry.Member("coordinates");
        if (geometry.Text("type") != "Point" || !coordinates.IsArray() || coordinates.GetArrayLength() < 2) return (null, null, null);
        return (coordinates[1].AsNumber(), coordinates[0].AsNumber(), coordinates.GetArrayLength() > 2 ? coordinates[2].AsNumber() : null);
    }
}
