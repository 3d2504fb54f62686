using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>The station's side of the HTTP protocol. Every call repeats with full jitter (0.2…10 s) until it is answered for good.</summary>
public sealed class GatewayLink(EncoderOptions options) : IDisposable
{
    /// <summary>Longest programme taken, in bytes.</summary>
    public const int ProgrammeBytesMax = 256 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        BaseAddress = options.Server,
        Timeout = TimeSpan.FromSeconds(60),
        MaxResponseContentBufferSize = ProgrammeBytesMax,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", options.Token) },
    };

    private long _failures;

    /// <summary>Waits up to 20 s for orders newer than <paramref name="after"/>.</summary>
    public async Task<OrderPage> PollAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/v1/broadcast/orders?after={after}&waitSeconds=20")), cancellationToken);
            try
            {
                if (response.StatusCode == HttpStatusCode.OK
                    && await response.Content.ReadFromJsonAsync<OrderPage>(OrderPage.Json, cancellationToken) is { Orders: not null } page)
                {
                    return page;
                }

                await Console.Error.WriteLineAsync($"orders: the gateway answered {(int)response.StatusCode}");
            }
            catch (JsonException)
            {
                await Console.Error.WriteLineAsync("orders: the answer cannot be read");
            }

            await PauseAsync(3, cancellationToken);
        }
    }

    /// <summary>Fetches a programme; null when the gateway has none of this hash or its bytes do not match it.</summary>
    public async Task<byte[]?> FetchAsync(string sha256, string? url, CancellationToken cancellationToken)
    {
        // Only a path on the same gateway is followed: the bearer must go nowhere else.
        if (url is null || !url.StartsWith('/') || url.StartsWith("//", StringComparison.Ordinal)) url = $"/v1/programmes/{sha256}.wav";
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, url), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK) return null;
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256 ? bytes : null;
    }

    /// <summary>Delivers a report; comes back when the gateway has it or does not know the tag.</summary>
    public async Task ReportAsync(StationReport report, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "/v1/broadcast/reports") { Content = JsonContent.Create(report, options: OrderPage.Json) }, cancellationToken);
        if (!response.IsSuccessStatusCode) await Console.Error.WriteLineAsync($"report {report.Level} of {report.Tag}: the gateway answered {(int)response.StatusCode}");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Repeats on no answer, 429 and 5xx.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                using var request = make();
                var response = await _http.SendAsync(request, cancellationToken);
                if ((int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests) return response;
                response.Dispose();
            }
            catch (HttpRequestException)
            {
                // The gateway is down or the connection was cut: again after a pause.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // No answer within the time-out: again after a pause.
            }

            await PauseAsync(failures, cancellationToken);
        }
    }

    private Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        var most = Math.Min(10_000, 200 << Math.Min(failures, 8));
        var share = Draw.Share(options.Seed, (ulong)Interlocked.Increment(ref _failures), 1);
        return Task.Delay(TimeSpan.FromMilliseconds(50 + (share * most)), options.Clock, cancellationToken);
    }
}
