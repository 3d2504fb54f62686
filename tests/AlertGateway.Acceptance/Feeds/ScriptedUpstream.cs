using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using AlertGateway.Acceptance.House;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Acceptance.Feeds;

/// <summary>A service that answers every address with what the test gave it, or not at all (status 503), and counts the questions. Any free port.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string?> _answers = new(StringComparer.Ordinal);

    private ScriptedUpstream(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    public static async Task<ScriptedUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = new ScriptedUpstream(builder.Build());
        upstream._app.Run(upstream.AnswerAsync);
        await upstream._app.StartAsync(cancellationToken);
        upstream.Url = new Uri(upstream._app.Urls.First());
        return upstream;
    }

    /// <param name="document">Null: the service is out of order.</param>
    public void Answer(string name, string? document) => _answers["/" + name] = document;

    /// <summary>A feed of the house that asks here once a second.</summary>
    public void FeedOf(RunningHouse house, string name, string kind, double canaryHours = 0) =>
        File.WriteAllText(Path.Combine(house.Folder, "feeds", name + ".json"), JsonSerializer.Serialize(new { name, kind, url = new Uri(Url, name), intervalSeconds = 1, canaryHours }));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (_answers.GetValueOrDefault(context.Request.Path.Value ?? "") is not { } document)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (document.StartsWith('{') || document.StartsWith('[')) context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(document), context.RequestAborted);
    }
}
