using AlertGateway.Cap;
using AlertGateway.Core.Approval;

namespace AlertGateway.Core.Ingest;

/// <summary>One submission as its ledger row keeps it: everything the chain needs, and the bytes.</summary>
public sealed record TakenAlert
{
    /// <summary>Dense, from 1.</summary>
    public required int SubmissionNo { get; init; }

    public required string Sender { get; init; }

    public required string Identifier { get; init; }

    public required DateTimeOffset Sent { get; init; }

    public required string SentText { get; init; }

    public required AlertStatus Status { get; init; }

    public required MsgType MsgType { get; init; }

    public required IReadOnlyList<Reference> References { get; init; }

    public required ChainVerdict Verdict { get; init; }

    public required Disposition Disposition { get; init; }

    public required WarningColour Colour { get; init; }

    public required SubmissionSource Source { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    public required long ReceivedTicks { get; init; }

    /// <summary>SHA-256 hex of the bytes as received.</summary>
    public required string RawSha256 { get; init; }

    /// <summary><see cref="AlertContent.Sha256"/>.</summary>
    public required string ContentSha256 { get; init; }

    /// <summary>The bytes as received.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>Why it goes no further; null when it may be proposed.</summary>
    public DeskRefusal? Refusal { get; init; }

    public AlertKey Key => new(Sender, Identifier, Sent, SentText);

    public ChainKey Chain => new(Sender, Identifier);

    /// <summary>It takes the place of what it refers to, without a person having looked: no doubt about it, and an Update or Cancel.</summary>
    public bool Supersedes => Disposition == Disposition.Accept && MsgType is MsgType.Update or MsgType.Cancel && Verdict is ChainVerdict.Update or ChainVerdict.Cancel or ChainVerdict.Late or ChainVerdict.Expired;

    /// <summary>The full submission, read again from the bytes.</summary>
    public Submission ToSubmission()
    {
        var alert = CapReader.Read(Raw, new CapReaderOptions { ValidateSchema = false }).Messages[0].Alert
            ?? throw new InvalidDataException($"The bytes of submission {SubmissionNo} can no longer be read as an alert.");
        return ToSubmission(alert);
    }

    internal Submission ToSubmission(Alert alert) => new()
    {
        SubmissionNo = SubmissionNo,
        Alert = alert,
        Findings = Findings,
        Disposition = Disposition,
        Chain = Verdict,
        Source = Source,
        Colour = Colour,
        ReceivedTicks = ReceivedTicks,
        RawBytes = Raw,
    };
}
