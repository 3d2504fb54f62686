using System.ComponentModel.DataAnnotations;

namespace AlertGateway.Server.Web;

/// <summary>What an operator can turn about the pages and the API.</summary>
public sealed class ConsoleOptions
{
    /// <summary>Host names that requests may name; others get 400. Default: this machine only.</summary>
    [MinLength(1)]
    public IList<string> AllowedHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Folder of the keys that seal cookies, so that a restart signs nobody out; relative to the program's home; files are for the owner only. Default: <c>cookie-keys</c> in the data folder.</summary>
    public string? KeyFolder { get; set; }

    /// <summary>Tries to sign in per minute and address. Default: 10. Range: 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int SignInTriesPerMinute { get; set; } = 10;
}
