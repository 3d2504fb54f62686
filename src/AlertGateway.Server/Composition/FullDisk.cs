using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Composition;

/// <summary>What the rim answers while the ledger takes nothing in because the disk is full: 503, come again. Providers and stations repeat what was not answered with 2xx; a log line for each would fill the disk further.</summary>
internal static class FullDisk
{
    private const string Seconds = "30";

    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (LedgerFullException) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = Seconds;
        }
    }
}
