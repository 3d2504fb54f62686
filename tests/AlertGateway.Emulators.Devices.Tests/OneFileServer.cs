using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Emulators.Devices.Tests;

/// <summary>An HTTP server with one file behind the ticket <c>t</c>.</summary>
internal sealed class OneFileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private OneFileServer(WebApplication app) => _app = app;

    public int Requests => Volatile.Read(ref _requests);

    public string Url => _app.Urls.First() + "/p.wav";

    public static async Task<OneFileServer> StartAsync(byte[] file, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new OneFileServer(app);
        app.MapGet("/p.wav", (HttpRequest request) =>
        {
            Interlocked.Increment(ref server._requests);
            return request.Headers.Authorization == "Bearer t" ? Results.Bytes(file, "audio/wav") : Results.Unauthorized();
        });
        await app.StartAsync(cancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
