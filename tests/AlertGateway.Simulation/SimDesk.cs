using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>Ingest, targeting, rendering and the desk in one: who hands a message in, who proposes and who approves it, hashed and signed as in life. Its rows are on the disk before the message is released.</summary>
internal sealed class SimDesk(SimRun run)
{
    private const int Author = 1, Approver = 2;
    private const string Rule = "duty";

    private int _proposals;

    /// <summary>A message with its cancel and correction, signed by two persons.</summary>
    public ClearedAlert Sign(Message message)
    {
        run.Oracle.Approved(message);
        int no = ++_proposals;
        var draft = Draft(no, message);
        string content = "content of " + message.Name;
        var hashes = new ApprovalHashes(content, draft.Area.Sha256, draft.Audience.Sha256, RenditionHash.Of(draft.Renditions), message.ExpiresTicks);
        ApprovalSignature[] signatures = [new(Author, "王起草", SignatureRole.Proposer, message.WallTicks, Rule, hashes), new(Approver, "李值班", SignatureRole.Approver, message.WallTicks, Rule, hashes)];
        var proposal = draft with { Hashes = hashes, Signatures = signatures };
        Write(message, proposal);
        if (run.Sabotage == Sabotage.SwapsWords) proposal = proposal with { Renditions = [.. proposal.Renditions.Select(r => r.Channel == ChannelKind.Push ? r with { Segments = 2 } : r)] };
        if (run.Sabotage == Sabotage.Everybody) proposal = proposal with { Audience = AudienceOf(run.Town.Everybody) };
        return new ClearedAlert(proposal, message.WallTicks);
    }

    private Proposal Draft(int no, Message message)
    {
        var sent = new DateTimeOffset(message.WallTicks, TimeSpan.Zero);
        var alert = new Alert { Identifier = message.Name, Sender = "sim@example.org", SentText = sent.ToString("O"), Sent = sent, Status = message.Status, MsgType = message.TakesOver > 0 ? MsgType.Update : MsgType.Alert, Scope = AlertScope.Public };
        var audience = AudienceOf(message.To);
        return new Proposal
        {
            ProposalNo = no, Hashes = new ApprovalHashes("", "", "", "", 0), Holds = [], State = ProposalState.Cleared, Signatures = [], TakesOverDisseminationNo = message.TakesOver, Audience = audience,
            Area = new AlertArea { Descriptions = [], GeoJson = null, Codes = [], SquareKilometres = 0, Sha256 = "area" },
            Renditions = [.. from kind in run.Town.Kinds from purpose in (Purpose[])[Purpose.Original, Purpose.Cancel, Purpose.Correction] select RenditionOf(message, kind, purpose)],
            Submission = new Submission
            {
                SubmissionNo = no, Alert = alert, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Colour = message.Colour, ReceivedTicks = message.WallTicks, RawBytes = default,
                Source = new SubmissionSource("person", false, run.Sabotage == Sabotage.AuthorApproves ? Approver : Author),
            },
        };
    }

    private Rendition RenditionOf(Message message, ChannelKind kind, Purpose purpose)
    {
        var rendition = new Rendition
        {
            Channel = kind, Purpose = purpose, Language = "zh", Status = message.Status.ToString(), Text = Message.Words(kind, purpose, message.Status, marked: run.Sabotage != Sabotage.ForgetsMarks), Segments = 1, Colour = message.Colour, Sha256 = "",
        };
        return rendition with { Sha256 = RenditionHash.Of(rendition) };
    }

    private Audience AudienceOf(int[] endpoints)
    {
        var registry = run.Town.Registry;
        var channels = run.Town.Kinds.Select(k => (Kind: k, Endpoints: endpoints.Where(e => run.Town.KindOf(e) == k).ToArray())).Where(c => c.Endpoints.Length > 0).Select(c => new ChannelAudience(c.Kind, c.Endpoints, new byte[c.Endpoints.Length])).ToArray();
        var audience = new Audience
        {
            RegistryVersion = registry.Version, HouseholdNos = [.. endpoints.Select(e => registry.EndpointPerson[e]).Where(p => p > 0).Select(p => registry.PersonHousehold[p]).Distinct().Order()], Channels = channels, Sha256 = "",
            Counts = new AudienceCounts { Towns = 1, Villages = 2, Households = registry.Households, Persons = registry.Persons, DangerZoneHouseholds = 0, UnreachableHouseholds = 0, Deliveries = new Dictionary<ChannelKind, int>(), ByTown = [] },
        };
        return audience with { Sha256 = AudienceHash.Of(audience) };
    }

    private void Write(Message message, Proposal proposal)
    {
        var (submission, no) = (proposal.Submission, proposal.ProposalNo);
        Row(LedgerEventKind.Submitted, (byte)submission.Chain, new TakenAlert
        {
            SubmissionNo = submission.SubmissionNo, Sender = submission.Alert.Sender, Identifier = submission.Alert.Identifier, Sent = submission.Alert.Sent!.Value, SentText = submission.Alert.SentText, Status = submission.Alert.Status,
            MsgType = submission.Alert.MsgType, References = [], Verdict = submission.Chain, Disposition = submission.Disposition, Colour = submission.Colour, Source = submission.Source, Findings = [], ReceivedTicks = submission.ReceivedTicks,
            RawSha256 = "", ContentSha256 = proposal.Hashes.Content, Raw = [],
        });
        // Whom and what it says stand in the rows of its clearance as well; here they would only be written.
        Row(LedgerEventKind.Proposed, ProposalBook.Laid, new LaidRow
        {
            ProposalNo = no, SubmissionNo = submission.SubmissionNo, TakesOverDisseminationNo = proposal.TakesOverDisseminationNo, Area = proposal.Area, Audience = proposal.Audience with { HouseholdNos = [], Channels = [] }, Renditions = [], Hashes = proposal.Hashes, Holds = [],
        });
        foreach (var signature in proposal.Signatures)
        {
            bool clears = signature.Role == SignatureRole.Approver;
            if (clears && run.Sabotage == Sabotage.NobodyApproves) continue;
            Row(LedgerEventKind.Signed, (byte)signature.Role, new SignedRow(no, signature, clears));
        }

        void Row<T>(LedgerEventKind kind, byte code, T body) => run.Disk.Rows.Add(new LedgerEvent { Kind = kind, Code = code, AtTicks = message.WallTicks, Number = no, Body = LedgerJson.Write(body) });
    }
}
