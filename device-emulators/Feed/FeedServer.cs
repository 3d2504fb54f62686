using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Xml;
using AlertGateway.Emulators.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AlertGateway.Emulators.Feed;

/// <summary>A running feed. Dispose it to stop.</summary>
public sealed class FeedServer : IAsyncDisposable
{
    private const long PublishBytesMax = 8 * 1024 * 1024;
    private readonly FeedOptions _options;
    private readonly FeedShelf _shelf;
    private readonly Journal _journal;
    private readonly WebApplication _web;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<string, (byte[] Bytes, DateTimeOffset Modified)> _documents = new(StringComparer.Ordinal);
    private Task _releasing = Task.CompletedTask;

    private FeedServer(FeedOptions options)
    {
        _options = options;
        _shelf = new FeedShelf(options.Clock);
        _journal = new Journal(options.JournalPath);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = PublishBytesMax;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        _web = builder.Build();
        _web.UseWebSockets();
        _web.Run(HandleAsync);
        Stream = new AlertStream(options.Clock, options.StreamPort);
    }

    /// <summary>The socket of concatenated alerts; its archive is served under <c>/archive/</c>.</summary>
    public AlertStream Stream { get; }

    /// <summary>Bad answers to come.</summary>
    public FaultQueue Faults { get; } = new();

    /// <summary>The documents of <c>/atom</c> and <c>/rss</c>.</summary>
    public FeedShelf Shelf => _shelf;

    /// <summary>The readers of <c>/ws</c>.</summary>
    public MessageSockets Sockets { get; } = new();

    /// <summary>Base URL.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Binds the port and begins to release the directory's files.</summary>
    public static async Task<FeedServer> StartAsync(FeedOptions options, CancellationToken cancellationToken)
    {
        var server = new FeedServer(options);
        var files = options.Directory is null ? [] : Directory.EnumerateFiles(options.Directory)
            .Where(file => Path.GetExtension(file) is ".xml" or ".cap" && FeedShelf.IsName(Path.GetFileNameWithoutExtension(file)))
            .Order(StringComparer.Ordinal).ToArray();
        if (options.Interval == TimeSpan.Zero)
        {
            foreach (var file in files) server.Release(file);
        }

        await server._web.StartAsync(cancellationToken);
        server.Url = new Uri(server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        if (options.Interval > TimeSpan.Zero) server._releasing = server.ReleaseAllAsync(files, server._ending.Token);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _releasing;
        await Stream.DisposeAsync();
        Sockets.Drop();
        await _web.StopAsync();
        await _web.DisposeAsync();
        await _journal.DisposeAsync();
        _ending.Dispose();
    }

    private async Task ReleaseAllAsync(string[] files, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Interval, _options.Clock);
        try
        {
            foreach (var file in files)
            {
                Release(file);
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The feed ends before everything was out.
        }
    }

    private void Release(string file)
    {
        var bytes = File.ReadAllBytes(file);
        try
        {
            _shelf.Publish(Path.GetFileNameWithoutExtension(file), _options.Replay ? CapReplay.Shift(bytes, _options.Clock.GetUtcNow()) : bytes);
        }
        catch (Exception ex) when (ex is XmlException or FormatException)
        {
            Console.Error.WriteLine($"{Path.GetFileName(file)} cannot be replayed and is left out: {ex.Message}");
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        var mono = Monotonic.Nanoseconds;
        var path = context.Request.Path.Value ?? "/";
        try
        {
            await RouteAsync(context, path);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader gave up; the line below says what was begun.
        }

        _journal.Append(
            mono,
            context.Request.Method == "GET" ? "get" : context.Request.Method.ToLowerInvariant(),
            path,
            context.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
    }

    private Task RouteAsync(HttpContext context, string path)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (isGet && path == "/atom") return AnswerAsync(context, _shelf.ToAtom(BaseUrl(context)), _shelf.Updated, "application/atom+xml; charset=utf-8");
        if (isGet && path == "/rss") return AnswerAsync(context, _shelf.ToRss(BaseUrl(context)), _shelf.Updated, "application/rss+xml; charset=utf-8");
        if (isGet && path.StartsWith("/cap/", StringComparison.Ordinal) && path.EndsWith(".xml", StringComparison.Ordinal)
            && _shelf.Find(path["/cap/".Length..^".xml".Length]) is { } document)
        {
            return AnswerAsync(context, document.Bytes, document.Updated, "application/cap+xml; charset=utf-8");
        }

        if (isGet && path.StartsWith("/archive/", StringComparison.Ordinal) && Stream.Find(path["/archive/".Length..]) is { } archived) return AnswerAsync(context, archived, _options.Clock.GetUtcNow(), "application/xml");
        if (isGet && path.StartsWith("/document/", StringComparison.Ordinal) && _documents.TryGetValue(path["/document/".Length..], out var saved)) return AnswerAsync(context, saved.Bytes, saved.Modified, "application/octet-stream");
        if (isGet && path == "/ws" && context.WebSockets.IsWebSocketRequest) return SocketAsync(context);

        var name = context.Request.Query["name"].ToString();
        if (HttpMethods.IsPost(context.Request.Method) && path == "/publish") return PublishAsync(context, name);
        if (HttpMethods.IsPost(context.Request.Method) && path == "/withdraw") context.Response.StatusCode = FeedShelf.IsName(name) && _shelf.Withdraw(name) ? 204 : 404;
        else context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    /// <summary>Serves bytes of any feed as <c>/document/NAME</c>, with an entity tag; null takes them away.</summary>
    public void Place(string name, byte[]? bytes)
    {
        if (bytes is null) _documents.TryRemove(name, out _);
        else _documents[name] = (bytes, DateTimeOffset.FromUnixTimeSeconds(_options.Clock.GetUtcNow().ToUnixTimeSeconds()));
    }

    private async Task SocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Sockets.HoldAsync(socket, _ending.Token);
    }

    private async Task PublishAsync(HttpContext context, string name)
    {
        if (!FeedShelf.IsName(name))
        {
            context.Response.StatusCode = 400;
            return;
        }

        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var bytes = _options.Replay ? CapReplay.Shift(body.ToArray(), _options.Clock.GetUtcNow()) : body.ToArray();
            context.Response.StatusCode = _shelf.Publish(name, bytes) ? 204 : 507;
        }
        catch (BadHttpRequestException ex)
        {
            context.Response.StatusCode = ex.StatusCode;
        }
        catch (Exception ex) when (ex is XmlException or FormatException)
        {
            context.Response.StatusCode = 422; // Only a replay must understand what it is given.
        }
    }

    private Task AnswerAsync(HttpContext context, byte[] bytes, DateTimeOffset modified, string contentType)
    {
        var kind = _options.Misbehave != Misbehaviour.None ? _options.Misbehave : Faults.Take(context.Request.Path.Value ?? "", context.Request.Headers.IfNoneMatch.Count > 0);
        if (kind == Misbehaviour.Hang) return Faults.HoldAsync(() => BadAnswer.WriteAsync(context, kind, bytes, contentType));
        if (kind != Misbehaviour.None) return BadAnswer.WriteAsync(context, kind, bytes, contentType);
        var etag = FeedShelf.ETagOf(bytes);
        var headers = context.Response.Headers;
        headers.ETag = etag;
        headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
        headers.CacheControl = "no-cache";
        if (IsUnchanged(context.Request, etag, modified))
        {
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>RFC 9110 §13.2.2: If-None-Match decides; If-Modified-Since counts only without it.</summary>
    private static bool IsUnchanged(HttpRequest request, string etag, DateTimeOffset modified)
    {
        var noneMatch = request.Headers.IfNoneMatch;
        if (noneMatch.Count > 0)
        {
            return noneMatch.SelectMany(line => (line ?? "").Split(','))
                .Select(tag => tag.Trim())
                .Any(tag => tag == "*" || tag == etag || tag == "W/" + etag);
        }

        return DateTimeOffset.TryParse(request.Headers.IfModifiedSince, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            && modified <= since;
    }

    private static string BaseUrl(HttpContext context) => $"http://{context.Request.Host}";
}
