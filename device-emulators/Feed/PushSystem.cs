using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Feed;

/// <summary>How a simulated monitoring system, or its line, behaves badly on purpose. Each is a part of the reports, 0 to 1.</summary>
public sealed record PushFaults
{
    /// <summary>The line breaks in the middle of the request.</summary>
    public double Cut { get; init; }

    /// <summary>The whole request arrives, and the line breaks before the answer.</summary>
    public double Lost { get; init; }

    /// <summary>The report is sent twice.</summary>
    public double Twice { get; init; }

    /// <summary>Before the report come bytes that are nothing, and the report under a signature that is not the sender's.</summary>
    public double Noise { get; init; }
}

/// <summary>
/// A monitoring system that pushes signed measurements (HMAC-SHA-256), written from the published protocol and sharing nothing with the gateway. It sends the same bytes until it has an answer; is it
/// told that they are too old, it signs the report again with a new time.
/// </summary>
public sealed class PushSystem : IDisposable
{
    private readonly string _name;
    private readonly byte[] _key;
    private readonly Uri _url;
    private readonly Journal _journal;
    private readonly PushFaults _faults;
    private readonly Random _draw;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <param name="name">Sender of the envelopes.</param>
    /// <param name="key">The shared secret.</param>
    /// <param name="url">Address of the gateway's endpoint; must be loopback.</param>
    public PushSystem(string name, byte[] key, Uri url, Journal journal, PushFaults faults, int seed)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsLoopback) throw new UsageException("a simulated system pushes to this machine only");
        (_name, _key, _url, _journal, _faults, _draw) = (name, key, url, journal, faults, new Random(seed));
    }

    /// <summary>True while a request is under way, so that a test's clock can stand still.</summary>
    public bool IsSending { get; private set; }

    /// <summary>Faults given so far.</summary>
    public int Faults { get; private set; }

    /// <summary>Answers that were neither "taken" nor "too old".</summary>
    public int Refusals { get; private set; }

    /// <summary>Reports the values one after the other; returns when each is acknowledged.</summary>
    public async Task RunAsync(string station, string quantity, string unit, IReadOnlyList<double> values, TimeSpan interval, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(clock);
        for (var n = 1; n <= values.Count; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"m-{n}");
            var measured = clock.GetUtcNow();
            byte[] Payload() => Report(id, station, quantity, unit, measured, values[n - 1], clock.GetUtcNow());
            _journal.Append(Monotonic.Nanoseconds, "measured", _name, id, values[n - 1].ToString(CultureInfo.InvariantCulture));
            var payload = Payload();
            for (var first = true; ; first = false)
            {
                IsSending = true;
                var answer = await SendAsync(payload, first, cancellationToken);
                IsSending = false;
                if (answer == HttpStatusCode.Accepted) break;
                if (answer == HttpStatusCode.UnprocessableEntity) payload = Payload();
                else if (answer is not null) Refusals++;
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            }

            _journal.Append(Monotonic.Nanoseconds, "acknowledged", _name, id);
            await Task.Delay(interval, clock, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <returns>The answer to the report; null when none came.</returns>
    private async Task<HttpStatusCode?> SendAsync(byte[] payload, bool first, CancellationToken cancellationToken)
    {
        var envelope = Envelope(payload, _key);
        try
        {
            if (first && Draw(_faults.Noise))
            {
                await PostAsync("{\"sender\":"u8.ToArray(), cancellationToken);
                await PostAsync(Envelope(payload, [.. _key.Reverse()]), cancellationToken);
            }

            if (first && Draw(_faults.Cut))
            {
                await BreakAsync(envelope, envelope.Length / 2, cancellationToken);
                return null;
            }

            if (first && Draw(_faults.Lost))
            {
                await BreakAsync(envelope, envelope.Length, cancellationToken);
                return null;
            }

            if (first && Draw(_faults.Twice)) await PostAsync(envelope, cancellationToken);
            return await PostAsync(envelope, cancellationToken);
        }
        catch (Exception e) when ((e is HttpRequestException or IOException or SocketException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private bool Draw(double part)
    {
        if (_draw.NextDouble() >= part) return false;
        Faults++;
        return true;
    }

    private async Task<HttpStatusCode> PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync(_url, content, cancellationToken);
        return answer.StatusCode;
    }

    /// <summary>Sends so many bytes of the body and is gone; when it was whole, not before the far side has begun to answer.</summary>
    private async Task BreakAsync(byte[] body, int sent, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_url.Host, _url.Port, cancellationToken);
        var line = client.GetStream();
        await line.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST {_url.PathAndQuery} HTTP/1.1\r\nHost: {_url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n")), cancellationToken);
        await line.WriteAsync(body.AsMemory(0, sent), cancellationToken);
        if (sent == body.Length) await line.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken);
        client.LingerState = new LingerOption(true, 0);
    }

    private byte[] Envelope(byte[] payload, byte[] key)
    {
        byte[] signature = HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"agw-push-v1\nhmac-sha256\n{_name}\n"), .. payload]);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["sender"] = _name, ["alg"] = "hmac-sha256", ["payload"] = Convert.ToBase64String(payload), ["signature"] = Convert.ToBase64String(signature) });
    }

    private static byte[] Report(string id, string station, string quantity, string unit, DateTimeOffset measured, double value, DateTimeOffset now)
    {
        using var into = new MemoryStream();
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteNumber("revision", 1);
            json.WriteString("sent", now.UtcDateTime);
            json.WriteString("status", "Actual");
            json.WriteStartArray("observations");
            json.WriteStartObject();
            json.WriteString("station", station);
            json.WriteString("quantity", quantity);
            json.WriteString("time", measured.UtcDateTime);
            json.WriteNumber("value", value);
            json.WriteString("unit", unit);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return into.ToArray();
    }
}
