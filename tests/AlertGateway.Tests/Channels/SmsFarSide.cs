using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AlertGateway.Tests.Channels;

/// <summary>A provider of a few lines, written from docs/protocols/sms-twilio.md: keeps what it took, answers as the test says.</summary>
internal sealed class SmsFarSide : IAsyncDisposable
{
    public const string Account = "AC0123456789abcdef0123456789abcdef";

    private readonly System.Threading.Channels.Channel<Dictionary<string, string>> _arrived = System.Threading.Channels.Channel.CreateUnbounded<Dictionary<string, string>>();
    private readonly TaskCompletionSource _never = new();
    private WebApplication? _app;
    private int _sid;

    public Uri Url { get; private set; } = new("http://127.0.0.1:9");

    public int Taken => Messages.Count;

    public ConcurrentQueue<object> Messages { get; } = [];

    public string? Authorization { get; private set; }

    /// <summary>Answers a create request instead of 201; true when it did.</summary>
    public Func<HttpContext, Task>? Misbehaves { get; set; }

    /// <summary>Questions are answered once this has ended.</summary>
    public Task? Lists { get; set; }

    public bool Silent { get; set; }

    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public string? NextPage { get; set; }

    public async Task StartAsync(CancellationToken cancellationToken, bool http2 = false)
    {
        (_app, Url) = await LoopbackHost.StartAsync(s => s.Configure<KestrelServerOptions>(k => k.ConfigureEndpointDefaults(e => e.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1)), app =>
        {
            app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", (RequestDelegate)CreateAsync);
            app.MapGet("/2010-04-01/Accounts/{account}/Messages.json", (RequestDelegate)ListAsync);
        }, cancellationToken);
    }

    public ValueTask<Dictionary<string, string>> NextAsync(CancellationToken cancellationToken) => _arrived.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _never.TrySetCanceled();
        if (_app is { } app) await app.DisposeAsync();
        _app = null;
    }

    private async Task CreateAsync(HttpContext context)
    {
        Authorization = context.Request.Headers.Authorization;
        var form = (await context.Request.ReadFormAsync(context.RequestAborted)).ToDictionary(p => p.Key, p => p.Value.ToString());
        string sid = $"SM{Interlocked.Increment(ref _sid):x32}";
        var message = new { sid, to = form["To"], from = form.GetValueOrDefault("From"), body = form["Body"], status = "queued", date_created = Now.ToString("r").Replace("GMT", "+0000", StringComparison.Ordinal), nested = new { sid = "no" } };
        if (Misbehaves is { } misbehaves)
        {
            await misbehaves(context);
            return;
        }
        Messages.Enqueue(message);
        _arrived.Writer.TryWrite(form);
        if (Silent) await _never.Task.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsJsonAsync(message, context.RequestAborted);
    }

    /// <summary>Takes the message without an answer, as a provider does whose connection breaks.</summary>
    public async Task TakeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        Messages.Enqueue(new { sid = $"SM{_sid:x32}", to = form["To"].ToString(), body = form["Body"].ToString(), date_created = Now.ToString("r").Replace("GMT", "+0000", StringComparison.Ordinal) });
    }

    private async Task ListAsync(HttpContext context)
    {
        if (Lists is { } lists) await lists;
        string? to = context.Request.Query["To"], since = context.Request.Query["DateSent>"];
        bool isProbe = to is null && since is null && context.Request.Query["PageSize"] == "1";
        if (!isProbe && (string.IsNullOrEmpty(to) || since?.Length != 10)) context.Response.StatusCode = 400;
        await context.Response.WriteAsync(JsonSerializer.Serialize(new { messages = Messages.Reverse().ToArray(), next_page_uri = NextPage }));
    }
}
