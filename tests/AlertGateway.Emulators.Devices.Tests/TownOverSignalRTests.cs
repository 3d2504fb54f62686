using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using AlertGateway.Emulators.Hosting;
using AlertGateway.Emulators.Resident;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Emulators.Devices.Tests;

/// <summary>The apps against a bare hub over loopback and in real time.</summary>
public sealed class TownOverSignalRTests
{
    [Fact]
    public async Task Apps_catch_up_by_cursor_after_a_nap_and_acknowledge_without_sounding_twice()
    {
        var stop = TestContext.Current.CancellationToken;
        var count = int.Parse(Environment.GetEnvironmentVariable("AGW_APPS") ?? "3", CultureInfo.InvariantCulture);
        var mailbox = new Mailbox();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(mailbox).AddSignalR();
        await using var server = builder.Build();
        server.Use(async (context, next) =>
        {
            if (!context.Request.Query["access_token"].ToString().StartsWith("token-", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            await next(context);
        });
        server.MapHub<BareHub>("/hubs/resident");
        await server.StartAsync(stop);

        var rows = Enumerable.Range(1, count).Select(i => new[] { $"{i}", $"token-{i}" }).Append(["99", "stranger"]);
        await using var journal = new Journal(null);
        using var sockets = new HttpMessageInvoker(new SocketsHttpHandler());
        var options = new ResidentOptions
        {
            Server = new Uri(server.Urls.First()),
            NapShare = 1,
            Awake = new MillisecondRange(700 + (count * 4), 700 + (count * 4)),
            Nap = new MillisecondRange(200, 300),
            AckShare = 1,
            AckDelay = new MillisecondRange(1, 20),
        };
        await using var town = new Town(options, new LinkSurroundings(new Uri(options.Server, "hubs/resident"), sockets, TimeProvider.System, journal), rows);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = town.RunAsync(ending.Token);
        Assert.Equal(count, await town.FirstConnections.WaitAsync(TimeSpan.FromSeconds(60), stop));

        mailbox.Messages.Enqueue(AMessage("d7-1-2-0-1", 11));
        mailbox.Messages.Enqueue(AMessage("d7-1-2-0-2", 12)); // the same alert, tried again
        var acks = new HashSet<string>(); // a nap may cut an answer off, and then the receipt comes again
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(100));
        while (acks.Count < count * 4)
        {
            acks.Add(await mailbox.Acks.Reader.ReadAsync(limit.Token));
        }

        // The messages lie in the mailbox only: nobody gets them but by coming back with an older cursor.
        Assert.Equal(count, acks.Count(a => a.EndsWith(" d7-1-2-0-1 delivered", StringComparison.Ordinal)));
        Assert.Equal(count, acks.Count(a => a.EndsWith(" d7-1-2-0-1 presented", StringComparison.Ordinal)));
        Assert.Equal(count, acks.Count(a => a.EndsWith(" d7-1-2-0-1 acknowledged", StringComparison.Ordinal)));
        Assert.Equal(count, acks.Count(a => a.EndsWith(" d7-1-2-0-2 delivered", StringComparison.Ordinal)));
        while (!mailbox.Cursors.Contains(12))
        {
            await mailbox.Hellos.Reader.ReadAsync(limit.Token); // after its next nap an app says what it has stored
        }

        await ending.CancelAsync();
        await running;
    }

    private static PushMessage AMessage(string tag, long serial) => new() { Tag = tag, Serial = serial, Purpose = "original", Sha256 = new string('0', 64) };

    public sealed class Mailbox
    {
        internal ConcurrentQueue<PushMessage> Messages { get; } = new();
        internal ConcurrentBag<long> Cursors { get; } = [];
        internal Channel<string> Acks { get; } = Channel.CreateUnbounded<string>();
        internal Channel<long> Hellos { get; } = Channel.CreateUnbounded<long>();
    }

    public sealed class BareHub(Mailbox mailbox) : Hub
    {
        public async Task<object> Hello(long cursor)
        {
            mailbox.Cursors.Add(cursor);
            mailbox.Hellos.Writer.TryWrite(cursor);
            foreach (var message in mailbox.Messages.Where(m => m.Serial > cursor))
            {
                await Clients.Caller.SendAsync("Alert", message, Context.ConnectionAborted);
            }

            return new { cursor };
        }

        public bool Ack(string tag, string level) =>
            mailbox.Acks.Writer.TryWrite($"{Context.GetHttpContext()!.Request.Query["access_token"]} {tag} {level}");
    }
}
