using AlertGateway.Server.Web;
using Microsoft.AspNetCore.Http.Features;

namespace AlertGateway.Server.Api;

/// <summary>
/// Server-sent events for one dissemination: a full <c>snapshot</c>, then a <c>delta</c> each quarter second in which something changed, else a <c>beat</c>. The frames are made once and shared by all viewers.
/// </summary>
internal static class BoardStreamApi
{
    public static async Task WatchAsync(int n, HttpContext context, BoardFeed feed, CancellationToken cancellationToken)
    {
        if (!feed.Knows(n))
        {
            await Problems.NoSuchDissemination.WriteAsync(context);
            return;
        }

        if (!feed.TryEnter(out var seat))
        {
            await Problems.TooManyViewers.WriteAsync(context);
            return;
        }

        using (seat)
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            try
            {
                await foreach (var frame in feed.WatchAsync(n, cancellationToken))
                {
                    await context.Response.Body.WriteAsync(frame, cancellationToken);
                    await context.Response.Body.FlushAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The viewer left: the ordinary end of a stream.
            }
        }
    }
}
