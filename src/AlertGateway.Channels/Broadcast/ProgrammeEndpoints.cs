using System.Net;
using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AlertGateway.Channels.Broadcast;

/// <summary>Programme download by hash, for stations (their token) and loudspeakers (a ticket that opens this programme alone). With ETag and ranges.</summary>
public sealed class ProgrammeEndpoints(IProgrammeStore store, ProgrammeTickets tickets, StationTokenLookup stationOf, IRefusalLog refusals)
{
    internal const string Prefix = "/v1/programmes/";

    internal static string PathOf(string sha256) => $"{Prefix}{sha256}.wav";

    internal Task DownloadAsync(HttpContext context)
    {
        string name = context.Request.RouteValues["name"] as string ?? "";
        string sha256 = name.EndsWith(".wav", StringComparison.Ordinal) ? name[..^4] : "";
        if (!ProgrammeStore.IsSha256(sha256)) return Answer(context, HttpStatusCode.NotFound);
        if (DeviceTokens.Bearer(context.Request) is not { } token || (!tickets.Opens(token, sha256) && stationOf(DeviceTokens.Hash(token)) <= 0))
        {
            refusals.Refused("programme.ticket.invalid", "有人用无效凭证下载节目，已拒绝。 Somebody asked for a programme without a valid ticket and was refused.");
            return Answer(context, HttpStatusCode.Unauthorized);
        }
        if (!store.TryOpen(sha256, out var wav)) return Answer(context, HttpStatusCode.NotFound);
        context.Response.Headers.CacheControl = "private, immutable, max-age=3600";
        return Results.Bytes(wav, "audio/wav", fileDownloadName: null, enableRangeProcessing: true, lastModified: null, entityTag: new EntityTagHeaderValue($"\"{sha256}\"")).ExecuteAsync(context);
    }

    private static Task Answer(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        return Task.CompletedTask;
    }
}
