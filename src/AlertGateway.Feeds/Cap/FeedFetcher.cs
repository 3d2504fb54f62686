using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace AlertGateway.Feeds.Cap;

/// <summary>What came of one request.</summary>
/// <param name="Body">Null unless the answer was 200.</param>
/// <param name="Error">A sentence without the body's text; null when the answer was 200 or 304.</param>
internal readonly record struct Fetched(byte[]? Body, bool NotModified, EntityTagHeaderValue? ETag, DateTimeOffset? LastModified, string? Error);

/// <summary>Bounded GET: allowed hosts only, 10 s, 5.5 MiB, at most three redirects and each of them to an allowed host.</summary>
internal sealed class FeedFetcher(CapFeedOptions options, HttpMessageInvoker http, TimeProvider clock)
{
    public const int BytesMax = 5_767_168;

    private const int RedirectsMax = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static HttpMessageInvoker ClientOf(CapFeedOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Deadline,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli,
            MaxResponseHeadersLength = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseProxy = !options.Url.IsLoopback,
        };
        if (TrustOf(options) is { } policy) handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpMessageInvoker(handler);
    }

    /// <summary>Trust in this feed's own authority alone; null where the system's counts.</summary>
    public static X509ChainPolicy? TrustOf(CapFeedOptions options)
    {
        if (options.CaFile.Length == 0) return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(options.CaFile);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    public async Task<Fetched> GetAsync(Uri uri, EntityTagHeaderValue? etag, DateTimeOffset? lastModified, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                if (!options.Allows(uri)) return Failed($"{uri.Authority} is not an allowed host of this feed.");
                using var request = new HttpRequestMessage(HttpMethod.Get, uri);
                request.Headers.UserAgent.ParseAdd("AlertGateway/0.1");
                if (etag is not null) request.Headers.IfNoneMatch.Add(etag);
                if (lastModified is not null) request.Headers.IfModifiedSince = lastModified;
                using var answer = await http.SendAsync(request, linked.Token);
                if (answer.StatusCode == HttpStatusCode.NotModified) return new Fetched(null, true, etag, lastModified, null);
                if ((int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } to)
                {
                    if (redirects == RedirectsMax) return Failed("Too many redirects.");
                    uri = new Uri(uri, to);
                    continue;
                }

                if (answer.StatusCode != HttpStatusCode.OK) return Failed($"The server answered {(int)answer.StatusCode}.");
                if (answer.Content.Headers.ContentLength > BytesMax) return Failed($"The document is larger than {BytesMax} bytes.");
                var body = await ReadAsync(answer.Content, linked.Token);
                return body is null ? Failed($"The document is larger than {BytesMax} bytes.") : new Fetched(body, false, answer.Headers.ETag, Strong(answer), null);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Failed("No complete answer within 10 seconds.");
        }
        catch (HttpRequestException e)
        {
            return Failed($"The connection failed ({e.HttpRequestError}).");
        }
        catch (IOException)
        {
            return Failed("The connection broke before the document was complete.");
        }
    }

    /// <summary>Last-Modified alone counts whole seconds: a document that changed just before the answer may change again within the same second (RFC 9110 §8.8.2.2).</summary>
    private static DateTimeOffset? Strong(HttpResponseMessage answer) =>
        answer.Content.Headers.LastModified is { } modified && (answer.Headers.ETag is not null || answer.Headers.Date - modified >= TimeSpan.FromMinutes(1)) ? modified : null;

    private static Fetched Failed(string error) => new(null, false, null, null, error);

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var from = await content.ReadAsStreamAsync(cancellationToken);
        using var to = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(65_536);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (to.Length + read > BytesMax) return null; // also what a small compressed answer grows to
                to.Write(buffer, 0, read);
            }

            return to.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
