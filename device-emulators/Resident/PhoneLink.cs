using System.Net.WebSockets;
using AlertGateway.Emulators.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AlertGateway.Emulators.Resident;

/// <summary>What all links of the process share.</summary>
/// <param name="Sockets">One handler for all WebSocket handshakes, so that thousands of connections do not own one each.</param>
internal sealed record LinkSurroundings(Uri Hub, HttpMessageInvoker Sockets, TimeProvider Clock, Journal Journal);

/// <summary>One app's SignalR connection. Receipts go one at a time, in order, and wait in the phone while the link is down.</summary>
internal sealed class PhoneLink : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    private readonly LinkSurroundings _surroundings;
    private readonly string _endpointNo;
    private readonly HubConnection _hub;
    private readonly Phone _phone = new();
    private readonly Lock _gate = new();
    private StallingSocket? _socket;
    private bool _settling;
    private bool _up;

    public PhoneLink(string endpointNo, string token, LinkSurroundings surroundings)
    {
        (_endpointNo, _surroundings) = (endpointNo, surroundings);
        var address = new Uri($"{surroundings.Hub.AbsoluteUri}?access_token={Uri.EscapeDataString(token)}");
        _hub = new HubConnectionBuilder().WithUrl(surroundings.Hub, options =>
        {
            options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
            options.TransportMaxBufferSize = 64 * 1024;
            options.ApplicationMaxBufferSize = 64 * 1024;
            options.WebSocketFactory = (_, cancellationToken) => OpenAsync(address, cancellationToken);
        }).Build();
        _hub.On<PushMessage>("Alert", Received);
        _hub.Closed += LostAsync;
    }

    /// <summary>Called when a connection that was up has gone down.</summary>
    public Action<PhoneLink>? Lost { get; set; }

    /// <summary>Called when a message sounds at the person's side, with the receipt that a tap would give.</summary>
    public Action<PhoneLink, string>? Sounded { get; set; }

    /// <summary>False until the first try has ended; a retry of one app must not count as the first try of another.</summary>
    public bool HasTried { get; set; }

    /// <summary>Failed tries since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>Once it has said hello it reads nothing more from its socket; what is sent fills the buffers between.</summary>
    public bool NeverReads { get; init; }

    public bool IsUp => Volatile.Read(ref _up);

    /// <summary>Connects and says hello with the stored cursor; false if the gateway is not there or refuses.</summary>
    public async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ConnectTimeout, _surroundings.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await _hub.StartAsync(linked.Token);
            await _hub.InvokeAsync<HelloAnswer>("Hello", Cursor(), linked.Token);
            Failures = 0;
            _socket?.Stall();
            _surroundings.Journal.Write("connect", _endpointNo);
            Volatile.Write(ref _up, true);
            if (_hub.State != HubConnectionState.Connected && Interlocked.Exchange(ref _up, false))
            {
                return false; // It closed before it counted as up, so Lost has not been called and will not be.
            }

            Settle();
            return true;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested && IsLinkFailure(ex))
        {
            Failures++;
            await _hub.StopAsync(CancellationToken.None);
            return false;
        }
    }

    /// <summary>Goes offline as a phone does that sleeps; <see cref="Lost"/> is not called.</summary>
    public async Task NapAsync()
    {
        if (Interlocked.Exchange(ref _up, false))
        {
            _surroundings.Journal.Write("disconnect", _endpointNo);
        }

        await _hub.StopAsync(CancellationToken.None);
    }

    /// <summary>The person did something: a receipt of that level is owed.</summary>
    public void Owe(string tag, string level)
    {
        lock (_gate)
        {
            _phone.Owe(new PendingAck(tag, level));
        }

        Settle();
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private long Cursor()
    {
        lock (_gate)
        {
            return _phone.Cursor;
        }
    }

    private async ValueTask<WebSocket> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var ws = new UriBuilder(address) { Scheme = address.Scheme == "https" ? "wss" : "ws" }.Uri;
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetBuffer(2048, 1024);
            await socket.ConnectAsync(ws, _surroundings.Sockets, cancellationToken);
            return NeverReads ? _socket = new StallingSocket(socket) : socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Received(PushMessage message)
    {
        AlertVerdict verdict;
        lock (_gate)
        {
            verdict = _phone.Take(message, _surroundings.Clock.GetUtcNow());
        }

        if (!verdict.IsTaken)
        {
            return;
        }

        _surroundings.Journal.Write("alert", _endpointNo, message.Tag, message.Purpose, message.Sha256, verdict.IsRepeat ? "1" : "0");
        Settle();
        if (verdict.Sounds)
        {
            Sounded?.Invoke(this, message.Tag);
        }
    }

    private void Settle() => _ = SettleAsync();

    private async Task SettleAsync()
    {
        while (true)
        {
            PendingAck ack;
            lock (_gate)
            {
                if (_settling || _hub.State != HubConnectionState.Connected || !_phone.TryPeekOwed(out ack))
                {
                    return;
                }

                _settling = true;
            }

            var answered = await TryAckAsync(ack);
            lock (_gate)
            {
                _settling = false;
                if (answered)
                {
                    _phone.Settle(ack);
                }
            }

            if (!answered)
            {
                return; // The next connect goes on from here.
            }
        }
    }

    private async Task<bool> TryAckAsync(PendingAck ack)
    {
        try
        {
            var kept = await _hub.InvokeAsync<bool>("Ack", ack.Tag, ack.Level);
            _surroundings.Journal.Write("ack", _endpointNo, ack.Tag, ack.Level, kept ? "1" : "0");
            return true;
        }
        catch (Exception ex) when (IsLinkFailure(ex))
        {
            return false;
        }
    }

    private Task LostAsync(Exception? cause)
    {
        if (Interlocked.Exchange(ref _up, false))
        {
            _surroundings.Journal.Write("disconnect", _endpointNo);
            Lost?.Invoke(this);
        }

        return Task.CompletedTask;
    }

    private static bool IsLinkFailure(Exception ex) => ex is HttpRequestException or IOException or WebSocketException or HubException
        or OperationCanceledException or InvalidOperationException or TimeoutException;
}
