using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Server.Cli;

namespace AlertGateway.Server.Composition;

/// <summary>What the configuration folder says; read while the ledger and the registry are opened.</summary>
internal sealed record GatewayFiles(
    IngestOptions Ingest, LawfulPublishers Publishers, AuthorityMatrix Authority, SpeechHouse Speech, VillageLanguages Languages, Wording Wording, DangerZones Zones, TargetingConfig Targets, Neighbours Neighbours)
{
    /// <exception cref="InvalidDataException">A file has problems; all of them are named.</exception>
    public static async Task<GatewayFiles> ReadAsync(string config, GatewayOptions options, IConfiguration settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        string authority = options.AuthorityFile.Length > 0 ? Path.GetFullPath(options.AuthorityFile, GatewayConfiguration.Home()) : Path.Combine(config, "authority.json");
        return new GatewayFiles(
            FeedSignatures.Apply(settings["Feeds:Folder"] is { Length: > 0 } feeds ? feeds : Path.Combine(config, "feeds"), new IngestOptions()),
            LawfulPublishers.Parse(await File.ReadAllBytesAsync(Path.Combine(config, "publishers.json"), cancellationToken)),
            AuthorityMatrix.Parse(await File.ReadAllBytesAsync(authority, cancellationToken)),
            SpeechHouse.Open(config, settings.GetSection("Speech"), clock),
            await LanguagesAsync(config, options.City, cancellationToken),
            Wording.Parse(await File.ReadAllBytesAsync(Path.Combine(config, "templates", "wording.json"), cancellationToken)),
            await OfCityAsync(config, options.City, "danger-zones.json", DangerZones.Parse, DangerZones.None, cancellationToken),
            TargetingConfig.Parse(await File.ReadAllTextAsync(Path.Combine(config, "targeting.json"), cancellationToken)),
            await OfCityAsync(config, options.City, "neighbours.json", Neighbours.Parse, Neighbours.None, cancellationToken));
    }

    internal static Task<VillageLanguages> LanguagesAsync(string config, string city, CancellationToken cancellationToken) => OfCityAsync(config, city, "languages.json", VillageLanguages.Parse, VillageLanguages.Default, cancellationToken);

    private static async Task<T> OfCityAsync<T>(string config, string city, string name, Func<string, T> parse, T otherwise, CancellationToken cancellationToken)
    {
        string file = Path.Combine(config, "cities", city, name);
        return city.Length > 0 && File.Exists(file) ? parse(await File.ReadAllTextAsync(file, cancellationToken)) : otherwise;
    }
}
