using System.Net.Http.Headers;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>What came of a download: a programme, or the reason why there is none.</summary>
public readonly record struct Download(Programme? Programme, string Reason);

/// <summary>
/// Fetches and decodes a programme once per process, however many devices ask for it at the same time. The answer says what the bytes really
/// hash to; whether that is what it was promised is for each device to judge. Failures are not kept, so the next device tries again.
/// </summary>
public sealed class ProgrammeStore(HttpClient http, int concurrency) : IDisposable
{
    private const int ProgrammesMax = 32;
    private readonly SemaphoreSlim _slots = new(concurrency, concurrency);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<Download>> _byHash = [];
    private readonly Queue<string> _order = [];

    public Task<Download> GetAsync(PrepareOrder order, CancellationToken cancellationToken)
    {
        if (!Loopback.IsTarget(order.Url))
        {
            return Task.FromResult(new Download(null, "url-refused"));
        }

        // The address belongs to the key: two files promised under one hash are two downloads.
        var key = order.Sha256 + order.Url.AbsoluteUri;
        lock (_gate)
        {
            if (_byHash.TryGetValue(key, out var known) && !(known.IsCompletedSuccessfully && known.Result.Programme is null) && !known.IsFaulted
                && !known.IsCanceled)
            {
                return known;
            }

            if (!_byHash.ContainsKey(key))
            {
                _order.Enqueue(key);
            }

            while (_order.Count > ProgrammesMax)
            {
                _byHash.Remove(_order.Dequeue()); // devices that hold it keep their reference
            }

            return _byHash[key] = FetchAsync(order, cancellationToken);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<Download> FetchAsync(PrepareOrder order, CancellationToken cancellationToken)
    {
        await Task.Yield(); // not under the caller's lock
        await _slots.WaitAsync(cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, order.Url);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", order.Ticket);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return new Download(null, "download-failed");
            }

            var file = new byte[order.Bytes + 1]; // one more than promised, so that a longer file is seen as longer
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(file, file.Length, throwOnEndOfStream: false, cancellationToken);
            if (length != order.Bytes || Programme.HashOf(file.AsSpan(0, length)) != order.Sha256)
            {
                return new Download(null, "hash-mismatch");
            }

            return Programme.TryDecode(file.AsSpan(0, length)) is { } programme
                ? new Download(programme, "")
                : new Download(null, "bad-programme");
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or FormatException
            || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Download(null, "download-failed");
        }
        finally
        {
            _slots.Release();
        }
    }
}
