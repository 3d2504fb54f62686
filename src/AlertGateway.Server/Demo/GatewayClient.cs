using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Demo;

/// <summary>What the supervisor needs of a proposal.</summary>
internal sealed record ProposalSummary(int ProposalNo, ProposalState State, string Headline, string Identifier, ApprovalHashes Hashes, IReadOnlyList<HoldSummary> Holds, CountSummary Counts);

internal sealed record HoldSummary(string Code, string Sentence, string SentenceEnglish = "");

/// <summary>A line of the refusal book.</summary>
internal sealed record RefusalSummary(string Code, string Sentence)
{
    /// <summary>True for what ingest turned away; other lines are about devices, providers and people.</summary>
    public bool OfAnAlert => Code.StartsWith("ingest.", StringComparison.Ordinal) || Code.StartsWith("alert.", StringComparison.Ordinal) || Code.StartsWith("cap.", StringComparison.Ordinal);
}

internal sealed record CountSummary(int Towns, int Villages, int Households, int Persons, int DangerZoneHouseholds, int UnreachableHouseholds);

/// <summary>One person at the API: every call carries their bearer token. Waits out a gateway that is being restarted.</summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    private readonly HttpClient _http;

    public GatewayClient(Uri url, string bearer)
    {
        _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
    }

    public Task<List<ProposalSummary>> ProposalsAsync(CancellationToken ct) => GetAsync<List<ProposalSummary>>("/v1/proposals", ct);

    public Task<List<RefusalSummary>> RefusalsAsync(CancellationToken ct) => GetAsync<List<RefusalSummary>>("/v1/refusals", ct);

    public Task<List<DisseminationView>> DisseminationsAsync(CancellationToken ct) => GetAsync<List<DisseminationView>>("/v1/disseminations", ct);

    public Task<Coverage> CoverageAsync(int no, CancellationToken ct) => GetAsync<Coverage>($"/v1/disseminations/{no}/coverage", ct);

    public Task<JsonElement> UnreachedAsync(int no, string? village, int take, CancellationToken ct) => GetAsync<JsonElement>($"/v1/disseminations/{no}/unreached?take={take}{(village is null ? "" : "&village=" + village)}", ct);

    public async Task SignAsync(int proposalNo, SignatureRole role, ApprovalHashes hashes, CancellationToken ct) =>
        await PostAsync($"/v1/proposals/{proposalNo}/sign", new { hashes.Content, hashes.Area, hashes.Audience, hashes.Renditions, hashes.ExpiresTicks, role = role.ToString() }, ct);

    public async Task CancelAsync(int no, string reason, bool falseAlarm, CancellationToken ct) => await PostAsync($"/v1/disseminations/{no}/cancel", new { reason, falseAlarm }, ct);

    public async Task VisitAsync(int no, int personNo, CancellationToken ct) => await PostAsync($"/v1/disseminations/{no}/visits", new { personNo, level = "Visited" }, ct);

    public async Task SubmitAsync(byte[] cap, CancellationToken ct)
    {
        using var body = new ByteArrayContent(cap);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/cap+xml");
        using var answer = await _http.PostAsync(new Uri("/v1/alerts", UriKind.Relative), body, ct);
        await RequireAsync(answer, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), ct);
                await RequireAsync(answer, ct);
                return (await answer.Content.ReadFromJsonAsync<T>(Json, ct))!;
            }
            catch (HttpRequestException) when (attempt < 100)
            {
                await Task.Delay(100, ct);
            }
        }
    }

    private async Task PostAsync(string path, object body, CancellationToken ct)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, Json, ct);
        await RequireAsync(answer, ct);
    }

    private static async Task RequireAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode) return;
        string text = await answer.Content.ReadAsStringAsync(ct);
        throw new InvalidOperationException($"{(int)answer.StatusCode} {(answer.StatusCode == HttpStatusCode.NotFound ? answer.RequestMessage?.RequestUri?.AbsolutePath : "")} {text[..Math.Min(text.Length, 600)]}");
    }
}
