using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Feed;

/// <summary>Reads the options of a simulated monitoring system.</summary>
internal static class PushArguments
{
    public static Uri Url(Arguments arguments) =>
        Uri.TryCreate(arguments.Required("--push"), UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp ? url : throw new UsageException("--push is an http address");

    /// <summary>The secret is read from a file, as the gateway reads it: base64 of at least 32 bytes.</summary>
    public static byte[] Key(Arguments arguments)
    {
        var file = arguments.Required("--key-file");
        if (!File.Exists(file)) throw new UsageException("--key-file is not there");
        try
        {
            return Convert.FromBase64String(File.ReadAllText(file).Trim());
        }
        catch (FormatException)
        {
            throw new UsageException("--key-file is not base64");
        }
    }

    public static PushFaults Faults(Arguments arguments) => new()
    {
        Cut = arguments.Number("--cut", 0, 1),
        Lost = arguments.Number("--lost", 0, 1),
        Twice = arguments.Number("--twice", 0, 1),
        Noise = arguments.Number("--noise", 0, 1),
    };
}
