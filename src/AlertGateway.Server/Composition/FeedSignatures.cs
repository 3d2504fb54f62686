using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;

namespace AlertGateway.Server.Composition;

/// <summary>What the feeds' files say about signatures, as ingest needs it: whose keys count, and which feeds must sign.</summary>
internal static class FeedSignatures
{
    /// <exception cref="InvalidDataException">A feed's file is wrong; every problem of it is listed.</exception>
    public static IngestOptions Apply(string folder, IngestOptions options)
    {
        if (!Directory.Exists(folder)) return options;
        var feeds = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(f => CapFeedOptions.Parse(File.ReadAllBytes(f))).Where(f => f.Enabled).ToList();
        options.Keys = new PinnedKeys(feeds.SelectMany(f => f.Keys).Select(k => (k.Sender, PinnedKeys.FromPem(File.ReadAllText(k.File)))));
        options.SignatureRequired = feeds.Where(f => f.RequireSignature).Select(f => $"feed:{f.Name}").ToHashSet(StringComparer.Ordinal);
        return options;
    }
}
