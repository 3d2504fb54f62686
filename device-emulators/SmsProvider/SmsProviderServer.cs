using System.Net;
using AlertGateway.Emulators.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>A running provider. Dispose it to stop: the sockets close, then the journal is flushed.</summary>
public sealed class SmsProviderServer : IAsyncDisposable
{
    private readonly KestrelServer _kestrel;
    private readonly CallbackSender _callbacks;
    private readonly Journal _journal;

    private SmsProviderServer(KestrelServer kestrel, CallbackSender callbacks, Journal journal)
    {
        (_kestrel, _callbacks, _journal) = (kestrel, callbacks, journal);
        var addresses = kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Url, H2Url) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>Base URL of HTTP/1.1.</summary>
    public Uri Url { get; }

    /// <summary>Base URL of HTTP/2 with prior knowledge.</summary>
    public Uri H2Url { get; }

    /// <summary>Binds the ports and begins to serve.</summary>
    public static async Task<SmsProviderServer> StartAsync(SmsProviderOptions options, CancellationToken cancellationToken)
    {
        var journal = new Journal(options.JournalPath);
        var store = new MessageStore();
        var stats = new ProviderStats();
        var behaviour = new BehaviourCell(options.Behaviour);
        var schedule = new CallbackSchedule(options.Seed, canReply: options.InboundUrl is not null);
        var acceptance = new Acceptance(new ProviderTables(), store, journal, stats, schedule, options.Seed);
        var callbacks = new CallbackSender(options, store, schedule, () => behaviour.Value.PauseCallbacks, journal, stats);

        var limits = new KestrelServerOptions { AddServerHeader = false };
        limits.Limits.MaxRequestBodySize = 1024 * 1024;
        limits.Limits.MinRequestBodyDataRate = null;
        limits.Limits.Http2.MaxStreamsPerConnection = 1000;
        limits.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        limits.Listen(IPAddress.Loopback, options.H2Port, listen => listen.Protocols = HttpProtocols.Http2);
        // Nothing here blocks, so requests may run right on the socket threads.
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true, Backlog = 4096 }), NullLoggerFactory.Instance);
        var kestrel = new KestrelServer(Options.Create(limits), transport, NullLoggerFactory.Instance);
        await kestrel.StartAsync(new ProviderApplication(options, store, acceptance, stats, behaviour, TimeProvider.System), cancellationToken);
        return new SmsProviderServer(kestrel, callbacks, journal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await _kestrel.StopAsync(patience.Token);
        _kestrel.Dispose();
        await _callbacks.DisposeAsync();
        await _journal.DisposeAsync();
    }
}
