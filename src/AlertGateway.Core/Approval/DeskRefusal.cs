namespace AlertGateway.Core.Approval;

/// <summary>A clear no: it was recorded, and nothing changed. Codes are stable.</summary>
/// <param name="Code">Such as <c>approver.same-person</c> or <c>alert.expired</c>.</param>
/// <param name="Sentence">What a person reads, in Chinese.</param>
public sealed record DeskRefusal(string Code, string Sentence, string SentenceEnglish);
