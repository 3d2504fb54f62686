using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.People;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Approval;

/// <summary>The corridor from bytes to clearance on a ledger in memory, with the shipped wording.</summary>
public sealed class DeskWorld : IDisposable
{
    public const string Authority = """
        {
          "rows": [
            { "name": "editor", "role": "editor", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual", "Exercise", "Test"], "may": ["propose", "return"] },
            { "name": "duty", "role": "duty-officer", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual", "Exercise", "Test"], "may": ["propose", "approve", "return", "cancel", "releaseHold"] },
            { "name": "deputy", "role": "deputy", "areas": ["320481"], "events": ["11B03"], "maxColour": "yellow", "statuses": ["Actual"], "may": ["propose", "approve", "cancel"] },
            { "name": "elsewhere", "role": "neighbour", "areas": ["320482"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["propose", "approve", "cancel"] }
          ],
          "standingOrders": [ { "name": "red-rain", "source": "feed:cma", "areas": ["320481"], "events": ["11B03"], "minColour": "red", "maxColour": "red", "statuses": ["Actual"], "cancels": true } ],
          "resolvableHolds": ["cap.quarantine", "audience.over-cap", "rendition.no-programme"]
        }
        """;

    public static readonly Person Editor = new(1, "编辑甲", "editor", true, 0);
    public static readonly Person Officer = new(2, "值班乙", "duty-officer", true, 0);
    public static readonly Person Second = new(3, "值班丙", "duty-officer", true, 0);
    public static readonly Person Deputy = new(4, "副班丁", "deputy", true, 0);
    public static readonly Person Neighbour = new(5, "邻县戊", "neighbour", true, 0);

    public static readonly SubmissionSource Feed = new("feed:city", false, 0);
    public static readonly SubmissionSource OfficialFeed = new("feed:cma", true, 0);
    public static readonly DateTimeOffset Start = new(2026, 7, 5, 14, 25, 0, TimeSpan.FromHours(8));

    public DeskWorld(MemoryLedger? ledger = null, RememberingDispatch? dispatch = null, Func<Alert, WarningColour, TargetingResult>? target = null, IProgrammeRenderer? programmes = null, DateTimeOffset? now = null, EpisodePolicy? episodes = null, LawfulPublishers? publishers = null, string? authority = null)
    {
        Ledger = ledger ?? new MemoryLedger();
        Dispatch = dispatch ?? new RememberingDispatch();
        Clock = new FakeTimeProvider(now ?? Start);
        var options = new IngestOptions();
        Ingest = new IngestRoom(Ledger, Clock, options);
        Desk = new ApprovalDesk(Ledger, Clock, AuthorityMatrix.Parse(System.Text.Encoding.UTF8.GetBytes(authority ?? Authority)), Ingest.SubmissionOf, publishers);
        ICommitObserver[] rooms = [Ingest, Desk, Refusals];
        Ledger.Read(1, (first, rows) =>
        {
            foreach (var room in rooms) room.OnCommitted(first, rows);
        });
        foreach (var room in rooms) Ledger.Observe(room);
        Ledger.Observe(Dispatch);
        Pipeline = new AlertPipeline(Ingest, target ?? ((_, _) => SmallTown.Plan()), new RenderingRoom(Shipped.Wording, programmes ?? new WrittenProgrammes()), (audio, _) =>
        {
            Programmes[audio.Sha256Hex] = audio.Wav;
            return Task.CompletedTask;
        }, Desk, Dispatch, options, publishers, episodes);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public MemoryLedger Ledger { get; }

    public RememberingDispatch Dispatch { get; }

    public FakeTimeProvider Clock { get; }

    public IngestRoom Ingest { get; }

    public ApprovalDesk Desk { get; }

    public RefusalBook Refusals { get; } = new();

    public AlertPipeline Pipeline { get; }

    public Dictionary<string, byte[]> Programmes { get; } = [];

    public async Task<SubmitOutcome> SubmitAsync(CapText cap, SubmissionSource? source = null) => Assert.Single(await Pipeline.SubmitAsync(cap.Bytes, source ?? Feed, Stop));

    /// <summary>Submits, proposes as the officer and approves as the second; gives the dissemination.</summary>
    public async Task<int> ClearAsync(CapText cap)
    {
        var proposal = Assert.Single((await SubmitAsync(cap)).Proposals);
        Assert.Null((await Pipeline.ProposeAsync(proposal.ProposalNo, Officer, proposal.Hashes, Stop)).Refusal);
        var step = await Pipeline.ApproveAsync(proposal.ProposalNo, Second, proposal.Hashes, Stop);
        Assert.Null(step.Refusal);
        return step.DisseminationNo!.Value;
    }

    /// <summary>Everything that the rooms would serve, as text: equal states give equal texts.</summary>
    public string Served => string.Join('\n', Ingest.All.Select(t => $"{t.SubmissionNo} {t.Key} {t.Verdict} {t.Refusal?.Code} {t.ContentSha256} {t.Colour} {t.Source}")
        .Concat(Desk.All.Select(p => $"{p.ProposalNo} {p.Submission.SubmissionNo} {p.State} {p.Hashes} {p.TakesOverDisseminationNo} [{string.Join(',', p.Signatures)}] [{string.Join(',', p.Holds)}] {string.Join(',', p.Audience.HouseholdNos)} {string.Join(',', p.Audience.Channels.SelectMany(c => c.EndpointNos))} {string.Join('|', p.Renditions)} {AlertContent.Sha256(p.Submission.Alert)} {string.Join(',', p.Area.Codes)}"))
        .Concat(Refusals.Newest.Select(r => r.ToString())));

    public void Dispose()
    {
        Ingest.Dispose();
        Desk.Dispose();
    }
}

/// <summary>The configuration files as shipped.</summary>
public static class Shipped
{
    public static Wording Wording { get; } = Wording.Parse(Read("templates/wording.json"));

    public static byte[] Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AlertGateway.sln"))) folder = folder.Parent;
        return File.ReadAllBytes(Path.Combine(folder!.FullName, "config", name));
    }
}
