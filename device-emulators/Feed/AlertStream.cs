using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AlertGateway.Emulators.Feed;

/// <summary>
/// The socket of a national alert system in the manner of Canada's NAADS: CAP documents one after the other without framing, and heartbeats (sender NAADS-Heartbeat, status System)
/// that name the newest ten. What was published stays in an archive, which <see cref="FeedServer"/> serves.
/// </summary>
public sealed class AlertStream : IAsyncDisposable
{
    private const int HeartbeatReferences = 10;
    private readonly TimeProvider _clock;
    private readonly TcpListener _listener;
    private readonly List<TcpClient> _clients = [];
    private readonly List<(string Sender, string Identifier, string Sent)> _published = [];
    private readonly Dictionary<string, byte[]> _archive = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    /// <summary>Listens on 127.0.0.1.</summary>
    public AlertStream(TimeProvider clock, int port = 0)
    {
        _clock = clock;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Port in use.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections accepted since start.</summary>
    public int Accepted { get; private set; }

    /// <summary>Completes when a reader is connected.</summary>
    public Task ConnectedAsync()
    {
        lock (_gate) return _clients.Count > 0 ? Task.CompletedTask : _connected.Task;
    }

    /// <summary>The archived alert of <c>DATE/NAME.xml</c>, or null.</summary>
    public byte[]? Find(string path)
    {
        lock (_gate) return _archive.GetValueOrDefault(path);
    }

    /// <summary>Puts an alert into the archive and into the next heartbeats.</summary>
    public void Publish(byte[] alert)
    {
        var element = CapFile.Alert(CapFile.Parse(alert));
        var (sender, identifier, sent) = (CapFile.Child(element, "sender") ?? "", CapFile.Child(element, "identifier") ?? "", CapFile.Child(element, "sent") ?? "");
        // The archive's file names: hyphens and colons as underscores, a plus as p.
        var name = new StringBuilder(sent + "I" + identifier).Replace('-', '_').Replace(':', '_').Replace('+', 'p').ToString();
        lock (_gate)
        {
            _archive[$"{sent[..10]}/{name}.xml"] = alert;
            if (!_published.Contains((sender, identifier, sent))) _published.Add((sender, identifier, sent));
        }
    }

    /// <summary>Publishes an alert and sends it.</summary>
    public Task SendAsync(byte[] alert)
    {
        Publish(alert);
        return WriteAsync(alert);
    }

    /// <summary>Sends a heartbeat that names the newest ten alerts.</summary>
    public Task HeartbeatAsync()
    {
        var now = _clock.GetUtcNow();
        string references;
        lock (_gate) references = string.Join(' ', _published.TakeLast(HeartbeatReferences).Select(p => $"{p.Sender},{p.Identifier},{p.Sent}"));
        var sent = now.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture);
        return WriteAsync(Encoding.UTF8.GetBytes(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">" +
            string.Create(CultureInfo.InvariantCulture, $"<identifier>heartbeat-{now.UtcTicks}</identifier><sender>NAADS-Heartbeat</sender><sent>{sent}</sent>") +
            $"<status>System</status><msgType>Alert</msgType><scope>Public</scope><references>{references}</references></alert>"));
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        TcpClient[] clients;
        lock (_gate) clients = [.. _clients];
        foreach (var client in clients)
        {
            try
            {
                await client.GetStream().WriteAsync(bytes, _ending.Token);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                Forget(client);
            }
        }
    }

    /// <summary>Drops every connection.</summary>
    public void Drop()
    {
        TcpClient[] clients;
        lock (_gate) clients = [.. _clients];
        foreach (var client in clients) Forget(client);
    }

    /// <summary>Runs a script once, or over and over when it loops.</summary>
    public async Task RunAsync(StreamScript script, string directory, CancellationToken cancellationToken)
    {
        do
        {
            foreach (var step in script.Steps)
            {
                byte[] Bytes() => File.ReadAllBytes(Path.Combine(directory, Path.GetFileName(step.Argument)));
                switch (step.Verb)
                {
                    case "send": await SendAsync(Bytes()); break;
                    case "twice": await SendAsync(Bytes()); await SendAsync(Bytes()); break;
                    case "miss": Publish(Bytes()); break;
                    case "cut": Publish(Bytes()); await WriteAsync(Bytes().AsMemory(0, Bytes().Length / 2)); Drop(); break;
                    case "heartbeat": await HeartbeatAsync(); break;
                    case "garbage": await WriteAsync(Encoding.ASCII.GetBytes(new string('#', step.Number))); break;
                    case "drop": Drop(); break;
                    case "wait": await Task.Delay(TimeSpan.FromMilliseconds(step.Number), _clock, cancellationToken); break;
                }
            }
        }
        while (script.Loops && !cancellationToken.IsCancellationRequested);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Drop();
        await _accepting;
        _ending.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                lock (_gate)
                {
                    _clients.Add(client);
                    Accepted++;
                    _connected.TrySetResult();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The emulator ends.
        }
    }

    private void Forget(TcpClient client)
    {
        lock (_gate)
        {
            if (_clients.Remove(client) && _clients.Count == 0) _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        client.Dispose();
    }
}
