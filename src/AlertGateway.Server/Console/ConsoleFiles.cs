using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;

namespace AlertGateway.Server.Web;

/// <summary>
/// The console's own scripts, styles and icons, out of the assembly: they are there wherever the binary runs. The address carries a piece of the content's hash, so that browsers may keep it for ever.
/// </summary>
internal static class ConsoleFiles
{
    private const string Prefix = "wwwroot.";

    private static readonly FrozenDictionary<string, Asset> ByName = Load();

    public static string Path(string name) => $"/assets/{ByName[name].Version}/{name}";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{version}/{name}", (string version, string name, HttpContext context) =>
        {
            if (!ByName.TryGetValue(name, out var asset)) return Results.NotFound();
            context.Response.Headers.CacheControl = version == asset.Version ? "public, max-age=31536000, immutable" : "no-store";
            return Results.Bytes(asset.Bytes, asset.ContentType);
        }).AllowAnonymous();

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(ConsoleFiles).Assembly;
        Dictionary<string, Asset> assets = [];
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            int at = resource.IndexOf(Prefix, StringComparison.Ordinal);
            if (at < 0) continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string name = resource[(at + Prefix.Length)..];
            assets[name] = new Asset(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12], ContentTypeOf(name));
        }

        return assets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string ContentTypeOf(string name) => System.IO.Path.GetExtension(name).ToLower(CultureInfo.InvariantCulture) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Bytes, string Version, string ContentType);
}
