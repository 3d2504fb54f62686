using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Sms;

/// <summary>
/// SMS over Twilio's REST API. Queryable: a create request has no idempotency key, but the provider can be asked what it took. Never repeats a request by itself; every retry is the lane's.
/// </summary>
public sealed class TwilioChannel : IChannel, IDisposable
{
    /// <summary>Longest <c>Body</c> that the provider takes, in UTF-16 units.</summary>
    public const int BodyLengthMax = 1600;

    /// <summary>Longest <c>ValidityPeriod</c>, in seconds.</summary>
    public const int ValiditySecondsMax = 36000;

    private const int AnswerBytesMax = 16 * 1024;
    private const int ListBytesMax = 512 * 1024;

    /// <summary>Connections for questions about messages that nobody knows the end of.</summary>
    private const int QuestionsMax = 16;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _requestTimeout;
    private readonly SharedDeadline _deadline;
    private readonly TwilioForm _form;
    private readonly Uri _messages;
    private readonly string _basic;
    private readonly bool _syntheticNumbersAllowed;
    private readonly Version _version;
    private readonly HttpMessageInvoker _client;

    // Questions have connections of their own: where they hang, no message and no cancel waits behind them.
    private readonly HttpMessageInvoker _asker;

    /// <exception cref="InvalidOperationException">The token file is missing or open to others.</exception>
    public TwilioChannel(TwilioOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = clock;
        _requestTimeout = options.RequestTimeout;
        _deadline = new SharedDeadline(options.RequestTimeout, clock);
        _form = new TwilioForm(options);
        _messages = new Uri(options.MessagesUrl);
        _basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AccountSid}:{SecretFile.Read(options.TokenFile)}"));
        _syntheticNumbersAllowed = options.BaseUrl.IsLoopback;
        _version = options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        (_client, _asker) = (Connections(options, options.Slots), Connections(options, QuestionsMax));
    }

    private static HttpMessageInvoker Connections(TwilioOptions options, int count) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = count,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !options.BaseUrl.IsLoopback,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    public ChannelKind Kind => ChannelKind.Sms;

    public AdapterClass Class => AdapterClass.Queryable;

    public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (Renditions.RefusalOf(delivery.Rendition, delivery.ExerciseEndpoint) is { } refusal) return new(DispatchOutcome.Refused(refusal));
        if (delivery.Rendition.Text.Length is 0 or > BodyLengthMax) return new(DispatchOutcome.Refused(DispatchError.TooLong));
        var number = delivery.Address.Span;
        if (!IsE164(number)) return new(DispatchOutcome.Refused(DispatchError.BadAddress));
        if (!_syntheticNumbersAllowed && number.StartsWith("+8612"u8)) return new(DispatchOutcome.Refused(DispatchError.WrongWorld));
        long secondsLeft = (delivery.NotAfterTicks - _clock.GetUtcNow().UtcTicks) / TimeSpan.TicksPerSecond;
        if (secondsLeft < 1) return new(new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired));
        return SendAsync(delivery, (int)Math.Min(secondsLeft, ValiditySecondsMax), cancellationToken);
    }

    private async ValueTask<DispatchOutcome> SendAsync(OutgoingDelivery delivery, int validitySeconds, CancellationToken cancellationToken)
    {
        using var content = _form.Content(delivery.Rendition, delivery.Address.Span, delivery.Tag, validitySeconds, delivery.Gate);
        using var request = Request(HttpMethod.Post, _messages);
        request.Content = content;
        var deadline = _deadline.Token(cancellationToken);
        bool taken = false;
        if (cancellationToken.IsCancellationRequested || !delivery.Gate.IsOpen) return DispatchOutcome.NotSent;
        try
        {
            using var response = await _client.SendAsync(request, deadline);
            if (content.IsHeldBack) return DispatchOutcome.NotSent;
            taken = response.IsSuccessStatusCode;
            byte[] buffer = ArrayPool<byte>.Shared.Rent(AnswerBytesMax);
            try
            {
                int length = await ReadAsync(response, buffer.AsMemory(0, AnswerBytesMax), deadline);
                return taken
                    ? DispatchOutcome.Accepted(TwilioAnswer.Sid(buffer.AsSpan(0, length)))
                    : TwilioAnswer.Classify(response.StatusCode, TwilioAnswer.ErrorCode(buffer.AsSpan(0, length)), RetryAfter(response));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception ex) when (content.IsHeldBack && ex is HttpRequestException or IOException or OperationCanceledException)
        {
            return DispatchOutcome.NotSent;
        }
        catch (OperationCanceledException)
        {
            // The answer's head already said so; only its body came too late.
            return taken ? DispatchOutcome.Accepted() : DispatchOutcome.Unknown(DispatchError.TimedOut);
        }
        catch (HttpRequestException ex) when (NothingLeft(ex))
        {
            return DispatchOutcome.RetryLater(DispatchError.LinkDown);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or SocketException)
        {
            return taken ? DispatchOutcome.Accepted() : DispatchOutcome.Unknown(DispatchError.LinkDown);
        }
    }

    public async ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        var since = new DateTimeOffset(delivery.StartedTicks, TimeSpan.Zero).AddSeconds(-2);
        string number = Encoding.UTF8.GetString(delivery.Address.Span);
        string query = string.Create(CultureInfo.InvariantCulture, $"?To={Uri.EscapeDataString(number)}&DateSent%3E={since:yyyy-MM-dd}&PageSize=50");
        using var deadline = new CancellationTokenSource(_requestTimeout, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ListBytesMax);
        try
        {
            using var request = Request(HttpMethod.Get, new Uri(_messages.AbsoluteUri + query));
            using var response = await _asker.SendAsync(request, linked.Token);
            if (response.StatusCode != HttpStatusCode.OK) return new(AskAnswer.CannotTell);
            int length = await ReadAsync(response, buffer.AsMemory(0, ListBytesMax), linked.Token);
            return length == ListBytesMax ? new(AskAnswer.CannotTell) : TwilioMessageList.Find(buffer.AsMemory(0, length), number, delivery.Rendition.Text, since);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(AskAnswer.CannotTell);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or SocketException or JsonException)
        {
            return new(AskAnswer.CannotTell);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Asks for the newest message of the account: answered with 200 only where both provider and key are well.</summary>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_requestTimeout, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = Request(HttpMethod.Get, new Uri(_messages.AbsoluteUri + "?PageSize=1"));
            using var response = await _asker.SendAsync(request, linked.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _asker.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, Uri url)
    {
        var request = new HttpRequestMessage(method, url) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Authorization", _basic);
        return request;
    }

    /// <summary>Reads the answer to its end, so that the connection can be used again; what is beyond the buffer is dropped with the connection.</summary>
    private static async ValueTask<int> ReadAsync(HttpResponseMessage response, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer[length..], cancellationToken);
            if (read == 0) break;
            length += read;
        }
        return length;
    }

    /// <summary>Only these say for certain that no byte of the request left.</summary>
    private static bool NothingLeft(HttpRequestException exception) =>
        exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private TimeSpan RetryAfter(HttpResponseMessage response)
    {
        var wish = response.Headers.RetryAfter;
        var after = wish?.Delta ?? (wish?.Date is { } date ? date - _clock.GetUtcNow() : TimeSpan.Zero);
        return after > TimeSpan.Zero ? after : TimeSpan.Zero;
    }

    /// <summary>ITU-T E.164: a plus sign and at most 15 digits.</summary>
    private static bool IsE164(ReadOnlySpan<byte> number) =>
        number.Length is >= 8 and <= 16 && number[0] == (byte)'+' && !number[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
