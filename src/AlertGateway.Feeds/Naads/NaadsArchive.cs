using AlertGateway.Cap;
using AlertGateway.Feeds.Cap;

namespace AlertGateway.Feeds.Naads;

/// <summary>Fetches an alert that a heartbeat names from the archives: <c>/DATE/SENTIIDENTIFIER.xml</c> with the signs of both written in one of two ways, so both are tried on every archive.</summary>
internal sealed class NaadsArchive(CapFeedOptions options, TimeProvider clock) : IDisposable
{
    private readonly HttpMessageInvoker _http = FeedFetcher.ClientOf(options.Recovery.Count > 0 ? options with { Url = options.Recovery[0] } : options);

    public void Dispose() => _http.Dispose();

    /// <summary>The bytes of the alert, or null when no archive has it. What comes is checked to be what was asked for.</summary>
    public async Task<byte[]?> FetchAsync(Reference reference, CancellationToken cancellationToken)
    {
        foreach (var root in options.Recovery)
        {
            var fetcher = new FeedFetcher(options with { Url = root }, _http, clock);
            foreach (var path in Paths(reference))
            {
                var fetched = await fetcher.GetAsync(new Uri(root, root.AbsolutePath.TrimEnd('/') + path), null, null, cancellationToken);
                if (fetched.Body is { } body && CapReader.Read(body, new CapReaderOptions { ValidateSchema = false, VerifySignatures = false, AgeMax = null }).Messages.Any(m => m.Alert?.Chain == reference.Chain)) return body;
            }
        }

        return null;
    }

    /// <summary>Two spellings: a plus as <c>p</c>, or as an underscore like the other signs.</summary>
    internal static IEnumerable<string> Paths(Reference reference)
    {
        if (reference.SentText.Length < 10) return [];
        var name = reference.SentText + "I" + reference.Identifier;
        var date = Uri.EscapeDataString(reference.SentText[..10]);
        return new[] { Spell(name, 'p'), Spell(name, '_') }.Distinct(StringComparer.Ordinal).Select(n => $"/{date}/{n}.xml");
    }

    private static string Spell(string name, char plus) =>
        Uri.EscapeDataString(string.Create(name.Length, (name, plus), static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from.name[i] switch
                {
                    '-' or ':' => '_',
                    '+' => from.plus,
                    var c => c,
                };
            }
        }));
}
