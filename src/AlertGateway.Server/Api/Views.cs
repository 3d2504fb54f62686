using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Server.Api;

/// <summary>Answer to <c>POST /v1/alerts</c>, given once it is on disk.</summary>
public sealed record AlertTaken(string Code, string Message, IReadOnlyList<int> SubmissionNos, IReadOnlyList<int> ProposalNos, IReadOnlyList<FindingView> Findings);

public sealed record FindingView(string Code, FindingLevel Level, string Path, string Message)
{
    public static IReadOnlyList<FindingView> Of(IReadOnlyList<Finding> findings) => [.. findings.Select(f => new FindingView(f.Code, f.Level, f.Path, f.Message))];
}

/// <summary>A proposal without the bytes: numbers, texts and hashes.</summary>
public sealed record ProposalView
{
    public required int ProposalNo { get; init; }

    public required int SubmissionNo { get; init; }

    public required ProposalState State { get; init; }

    public required string Sender { get; init; }

    public required string Identifier { get; init; }

    public required string Sent { get; init; }

    public required AlertStatus Status { get; init; }

    public required MsgType MsgType { get; init; }

    public required WarningColour Colour { get; init; }

    public required string Headline { get; init; }

    public required ChainVerdict Chain { get; init; }

    public required ApprovalHashes Hashes { get; init; }

    public required AudienceCounts Counts { get; init; }

    public required IReadOnlyList<string> Areas { get; init; }

    public required double SquareKilometres { get; init; }

    public required IReadOnlyList<HoldReason> Holds { get; init; }

    public required IReadOnlyList<RenditionView> Renditions { get; init; }

    public required IReadOnlyList<SignatureView> Signatures { get; init; }

    public required int TakesOverDisseminationNo { get; init; }

    /// <summary>Why it alarms, or <c>None</c>: it repeats what people have had.</summary>
    public required EpisodeAlarm Alarm { get; init; }

    public required IReadOnlyList<int> JoinedDisseminationNos { get; init; }

    public required int SparedDeliveries { get; init; }

    public static ProposalView Of(Proposal p) => new()
    {
        ProposalNo = p.ProposalNo,
        SubmissionNo = p.Submission.SubmissionNo,
        State = p.State,
        Sender = p.Submission.Alert.Sender,
        Identifier = p.Submission.Alert.Identifier,
        Sent = p.Submission.Alert.SentText,
        Status = p.Submission.Alert.Status,
        MsgType = p.Submission.Alert.MsgType,
        Colour = p.Submission.Colour,
        Headline = Web.Wording.Headline(p.Submission.Alert),
        Chain = p.Submission.Chain,
        Hashes = p.Hashes,
        Counts = p.Audience.Counts,
        Areas = p.Area.Descriptions,
        SquareKilometres = p.Area.SquareKilometres,
        Holds = p.Holds,
        Renditions = [.. p.Renditions.Select(RenditionView.Of)],
        Signatures = [.. p.Signatures.Select(s => new SignatureView(s.PersonId, s.PersonName, s.Role, s.AtTicks, s.Rule))],
        TakesOverDisseminationNo = p.TakesOverDisseminationNo,
        Alarm = p.Alarm,
        JoinedDisseminationNos = p.JoinedDisseminationNos,
        SparedDeliveries = p.SparedDeliveries,
    };
}

public sealed record RenditionView(ChannelKind Channel, Purpose Purpose, string Language, string Text, int Segments, string? ProgrammeSha256, double ProgrammeSeconds, string Sha256)
{
    public static RenditionView Of(Rendition r) =>
        new(r.Channel, r.Purpose, r.Language, r.Text, r.Segments, r.ProgrammeSha256, r.ProgrammeDuration.TotalSeconds, r.Sha256);
}

public sealed record SignatureView(int PersonId, string PersonName, SignatureRole Role, long AtTicks, string Rule);

/// <summary>Body of <c>POST /v1/proposals/{n}/sign</c>: the hashes the signer has seen, and as what they sign.</summary>
public sealed record SignRequest(string Content, string Area, string Audience, string Renditions, long ExpiresTicks, SignatureRole Role);

/// <summary>Body of <c>POST /v1/proposals/{n}/return</c> and <c>/release</c>.</summary>
public sealed record ReturnRequest(string Reason);

/// <summary>Body of <c>POST /v1/disseminations/{n}/cancel</c>.</summary>
public sealed record CancelRequest(string Reason, bool FalseAlarm);

/// <summary>Body of <c>POST /v1/disseminations/{n}/visits</c>.</summary>
public sealed record VisitRequest(int PersonNo, Evidence Level);

/// <summary>Body of <c>POST /v1/disseminations/{n}/villages/{code}/evacuated</c>.</summary>
/// <param name="Evacuated">True: all have left. False: they have not after all.</param>
public sealed record EvacuationRequest(bool Evacuated);

/// <summary>Answer to what a person asked for.</summary>
public sealed record DoneView(string Message, int DisseminationNo);
