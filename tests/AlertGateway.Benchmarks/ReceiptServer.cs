using System.Net;
using System.Net.Sockets;
using AlertGateway.Channels.Sms;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Benchmarks;

/// <summary>Kestrel on a free loopback port: with the gateway's own endpoints for status callbacks, or bare, reading each to its end and answering 204.</summary>
internal sealed class ReceiptServer : IAsyncDisposable
{
    public const string Token = "benchmark-token", Account = "AC00000000000000000000000000000000";

    private readonly WebApplication _app;
    private long _answered;

    private ReceiptServer(WebApplicationBuilder builder, Uri url)
    {
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.AddServerHeader = false).UseUrls(url.ToString());
        (_app, Url) = (builder.Build(), url);
    }

    public Uri Url { get; }

    /// <summary>Callbacks that the bare one has answered.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <param name="tokenFile">Holds <see cref="Token"/>.</param>
    public static async Task<ReceiptServer> OfGatewayAsync(DisseminationRoom room, string tokenFile)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var url = FreeUrl();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Sms:BaseUrl"] = "http://127.0.0.1:1", ["Sms:AccountSid"] = Account, ["Sms:TokenFile"] = tokenFile, ["Sms:From"] = "12379", ["Sms:PublicUrl"] = url.ToString() });
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IReceiptSink>(room).AddSingleton<IRefusalLog, NoRefusals>().AddSingleton<SmsEndpointLookup>(_ => 0);
        builder.Services.AddTwilioSms(builder.Configuration.GetSection("Sms"));
        var server = new ReceiptServer(builder, url);
        server._app.MapTwilioReceipts();
        await server._app.StartAsync();
        return server;
    }

    public static async Task<ReceiptServer> BareAsync()
    {
        var server = new ReceiptServer(WebApplication.CreateSlimBuilder(), FreeUrl());
        server._app.MapPost(TwilioReceiptEndpoints.StatusPath + "/{tag}", (RequestDelegate)(async context =>
        {
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync();
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            Interlocked.Increment(ref server._answered);
        }));
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A file of its own folder that only the owner reads.</summary>
    public static string WriteToken(string folder)
    {
        string file = Path.Combine(folder, "token");
        File.WriteAllText(file, Token);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // The public URL is part of every signature, so it must be known before the server listens.
    private static Uri FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private sealed class NoRefusals : IRefusalLog
    {
        public void Refused(string code, string sentence) => throw new InvalidOperationException(sentence);
    }
}
