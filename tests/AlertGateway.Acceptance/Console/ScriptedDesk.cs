using System.Security.Cryptography;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;

namespace AlertGateway.Acceptance.Console;

/// <summary>A desk with memory that keeps the rule of two persons and of hashes, so that pages meet real refusals.</summary>
internal sealed class ScriptedDesk(ScriptedBoard board, TimeProvider clock) : IDesk, IRefusalLog
{
    public void Refused(string code, string sentence)
    {
        lock (_lock) RefusalLines.Insert(0, new RefusalLine(clock.GetUtcNow().UtcTicks, code, sentence, 1));
    }

    private readonly Lock _lock = new();
    private readonly List<Proposal> _proposals = [];
    private readonly List<Submission> _submissions = [];

    public List<(int DisseminationNo, string Reason, bool FalseAlarm, int PersonId)> Cancels { get; } = [];

    public List<RefusalLine> RefusalLines { get; } = [];

    public byte[] Wav { get; } = Silence();

    public ReadOnlyMemory<byte> Map => Encoding.UTF8.GetBytes($$"""{"sha256":"{{WavHash}}","sampleRate":22050,"durationSeconds":2.0,"script":["立即转移"],"segments":[{"kind":"tone","startSample":0,"lengthSamples":11025,"text":null},{"kind":"speech","startSample":11025,"lengthSamples":22050,"text":"立即转移"}],"integratedLufs":-16.0,"truePeakDbtp":-1.6,"rangeLu":1,"notes":["改用clips（zh）。 Spoken by clips (zh): espeak-ng is not installed"]}""");

    public string WavHash => Convert.ToHexStringLower(SHA256.HashData(Wav));

    public IReadOnlyList<Proposal> Proposals { get { lock (_lock) return [.. _proposals.AsEnumerable().Reverse()]; } }

    public IReadOnlyList<Submission> Submissions { get { lock (_lock) return [.. _submissions.AsEnumerable().Reverse()]; } }

    public IReadOnlyList<RefusalLine> Refusals => RefusalLines;

    public Proposal? FindProposal(int proposalNo) { lock (_lock) return _proposals.Find(p => p.ProposalNo == proposalNo); }

    public Submission? FindSubmission(int submissionNo) { lock (_lock) return _submissions.Find(s => s.SubmissionNo == submissionNo); }

    public ReadOnlyMemory<byte>? Programme(string sha256Hex) => sha256Hex == WavHash ? Wav : null;

    public ReadOnlyMemory<byte>? ProgrammeMap(string sha256Hex) => sha256Hex == WavHash ? Map : null;

    public Proposal Lay(AlertStatus status, WarningColour colour = WarningColour.Red, ProposalState state = ProposalState.Draft, params HoldReason[] holds)
    {
        lock (_lock)
        {
            int no = _proposals.Count + 1;
            var submission = TakeIn(status, colour, []);
            var proposal = new Proposal
            {
                ProposalNo = no,
                Submission = submission,
                Area = new AlertArea
                {
                    Descriptions = ["溧阳市全境"],
                    GeoJson = """{"type":"Polygon","coordinates":[[[119.2,31.2],[119.45,31.18],[119.5,31.35],[119.3,31.42],[119.2,31.2]]]}""",
                    Codes = [("GB/T 2260", "320481")],
                    SquareKilometres = 612.4,
                    Sha256 = Hash("area"),
                },
                Audience = new Audience
                {
                    RegistryVersion = "v1",
                    HouseholdNos = [1, 2, 3],
                    Channels = [],
                    Counts = new AudienceCounts
                    {
                        Towns = 12, Villages = 240, Households = 300_000, Persons = 790_000, DangerZoneHouseholds = 1_204, UnreachableHouseholds = 8_311,
                        Deliveries = new Dictionary<ChannelKind, int> { [ChannelKind.Sms] = 671_500, [ChannelKind.Push] = 5000, [ChannelKind.Loudspeaker] = 2000, [ChannelKind.Broadcast] = 1 },
                        ByTown = [.. board.Towns.Select(t => new TownCount(t.Code, t.Name, 25_000))],
                    },
                    Sha256 = Hash("audience"),
                },
                Renditions = Renditions(status, colour),
                Hashes = new ApprovalHashes(Hash("content" + no), Hash("area"), Hash("audience"), Hash("renditions"), clock.GetUtcNow().AddHours(6).UtcTicks),
                Holds = holds,
                State = holds.Length > 0 ? ProposalState.Held : state,
                Signatures = [],
            };
            _proposals.Add(proposal);
            return proposal;
        }
    }

    public Submission TakeIn(AlertStatus status, WarningColour colour, IReadOnlyList<Finding> findings, Disposition disposition = Disposition.Accept)
    {
        lock (_lock)
        {
            var submission = new Submission
            {
                SubmissionNo = _submissions.Count + 1,
                Alert = new Alert
                {
                    Identifier = $"32048141600000_2026112502{_submissions.Count:00}00",
                    Sender = "溧阳市气象台",
                    SentText = "2026-11-25T02:10:00+08:00",
                    Status = status,
                    MsgType = MsgType.Alert,
                    Scope = AlertScope.Public,
                    Infos =
                    [
                        new Info
                        {
                            Language = "zh-CN", Event = "暴雨", Severity = Severity.Extreme,
                            Headline = "溧阳市气象台发布暴雨红色预警信号",
                            Description = "预计未来3小时天目湖镇、戴埠镇降雨量将达100毫米以上，山洪、滑坡风险极高。",
                            Instruction = "请低洼和山边住户立即向安置点转移。",
                        },
                    ],
                },
                Findings = findings,
                Disposition = disposition,
                Chain = ChainVerdict.First,
                Source = new SubmissionSource("feed:cma", true, 0),
                Colour = colour,
                ReceivedTicks = clock.GetUtcNow().UtcTicks,
                RawBytes = default,
            };
            _submissions.Add(submission);
            return submission;
        }
    }

    public Task<IntakeReply> SubmitAsync(ReadOnlyMemory<byte> document, SignedInPerson by, CancellationToken cancellationToken)
    {
        if (!Encoding.UTF8.GetString(document.Span).Contains("<alert", StringComparison.Ordinal))
        {
            return Task.FromResult(new IntakeReply
            {
                Taken = false, Code = "cap.rejected", Sentence = "不是可读的 CAP 文件。", SentenceEnglish = "This is not a readable CAP document.", SubmissionNos = [], ProposalNos = [],
                Findings = [new Finding("cap.not-xml", FindingLevel.Error, "", "The document is not well-formed XML.")],
            });
        }

        var proposal = Lay(AlertStatus.Actual);
        return Task.FromResult(new IntakeReply
        {
            Taken = true, Code = "taken", Sentence = "已受理。", SentenceEnglish = "Taken in.", SubmissionNos = [proposal.Submission.SubmissionNo], ProposalNos = [proposal.ProposalNo], Findings = [],
        });
    }

    public Task<DeskReply> SignAsync(int proposalNo, SignedInPerson by, SignatureRole role, ApprovalHashes hashes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int at = _proposals.FindIndex(p => p.ProposalNo == proposalNo);
            if (at < 0) return Task.FromResult(new DeskReply(false, "proposal.unknown", "没有这份提案。", "No such proposal."));
            var p = _proposals[at];
            if (p.Hashes != hashes) return Task.FromResult(new DeskReply(false, "proposal.changed", "提案已经变了。", "The proposal has changed."));
            if (role == SignatureRole.Approver && p.Signatures.Any(s => s.PersonId == by.PersonId))
                return Task.FromResult(new DeskReply(false, "approver.same-person", "提请人不能批准。", "The proposer cannot approve."));
            if (p.State != (role == SignatureRole.Proposer ? ProposalState.Draft : ProposalState.Proposed))
                return Task.FromResult(new DeskReply(false, "proposal.state", "此时不能这样签署。", "It cannot be signed so now."));
            bool clears = role == SignatureRole.Approver;
            _proposals[at] = p with
            {
                State = clears ? ProposalState.Cleared : ProposalState.Proposed,
                Signatures = [.. p.Signatures, new ApprovalSignature(by.PersonId, by.Name, role, clock.GetUtcNow().UtcTicks, "duty.red", hashes)],
            };
            if (!clears) return Task.FromResult(new DeskReply(true, "", "已提请。", "Proposed."));
            int no = board.Disseminations.Count + 1;
            board.Open(no, proposalNo, p.Submission.Alert.Infos[0].Headline!, p.Submission.Alert.Status, p.Submission.Colour);
            return Task.FromResult(new DeskReply(true, "", "已批准。", "Cleared.", no));
        }
    }

    public Task<DeskReply> ReturnAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int at = _proposals.FindIndex(p => p.ProposalNo == proposalNo);
            _proposals[at] = _proposals[at] with { State = ProposalState.Returned };
            return Task.FromResult(new DeskReply(true, "", "已退回。", "Returned."));
        }
    }

    public Task<DeskReply> ReleaseHoldAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int at = _proposals.FindIndex(p => p.ProposalNo == proposalNo);
            if (_proposals[at].State != ProposalState.Held) return Task.FromResult(new DeskReply(false, "proposal.not-held", "提案没有被暂停。", "The proposal is not held."));
            _proposals[at] = _proposals[at] with { State = ProposalState.Draft };
            return Task.FromResult(new DeskReply(true, "", "已放行。", "Released."));
        }
    }

    public Task<DeskReply> CancelAsync(int disseminationNo, SignedInPerson by, string reason, bool falseAlarm, CancellationToken cancellationToken)
    {
        if (by.Roles.Contains("warden")) return Task.FromResult(new DeskReply(false, "authority.cancel", "您无权撤销。", "You may not take this back."));
        lock (_lock) Cancels.Add((disseminationNo, reason, falseAlarm, by.PersonId));
        int started = board.Find(disseminationNo)!.Started;
        board.Close(disseminationNo, DisseminationState.Cancelled, "已撤销", "Taken back", ScriptedBoard.Counts(ChannelKind.Sms, started, 0, Purpose.Cancel));
        return Task.FromResult(new DeskReply(true, "", "已撤销。", "Taken back.", disseminationNo));
    }

    private List<Rendition> Renditions(AlertStatus status, WarningColour colour)
    {
        string mark = status == AlertStatus.Actual ? "" : Core.Rendering.Renditions.ZhMark;
        string text = $"{mark}【溧阳应急】暴雨红色预警：未来3小时天目湖镇、戴埠镇雨量超100毫米，山洪风险极高。请立即向安置点转移！{mark}";
        string english = mark.Length == 0 ? "Liyang: RED rainstorm warning. Flash floods within 3 h. Move to your shelter NOW." : "EXERCISE Liyang: RED rainstorm warning. Move to your shelter. EXERCISE";
        Rendition Of(ChannelKind channel, Purpose purpose, string language, string body, int segments = 0, bool programme = false) => new()
        {
            Channel = channel, Purpose = purpose, Language = language, Status = status.ToString(), Text = body, Segments = segments, Colour = colour, Sha256 = Hash(body),
            ProgrammeSha256 = programme ? WavHash : null, ProgrammeBytes = programme ? Wav.Length : 0, ProgrammeDuration = programme ? TimeSpan.FromSeconds(41) : TimeSpan.Zero,
        };
        return
        [
            Of(ChannelKind.Sms, Purpose.Original, "zh", text, 2), Of(ChannelKind.Sms, Purpose.Original, "en", english, 1),
            Of(ChannelKind.Push, Purpose.Original, "zh", $$"""{"title":"{{mark}}暴雨红色预警","body":"请立即向安置点转移！天目湖镇、戴埠镇山洪风险极高。"}"""),
            Of(ChannelKind.Loudspeaker, Purpose.Original, "zh+en", "各位居民请注意：溧阳市气象台发布暴雨红色预警。请立即向安置点转移。再播一遍：请立即向安置点转移。\nRed rainstorm warning. Move to your shelter now.", 0, true),
            Of(ChannelKind.Sms, Purpose.Cancel, "zh", $"{mark}【溧阳应急】此前的暴雨红色预警已撤销。{mark}", 1),
            Of(ChannelKind.Sms, Purpose.Correction, "zh", $"{mark}【溧阳应急】更正：此前的暴雨红色预警为误发，没有险情，不必转移。{mark}", 1),
        ];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Silence()
    {
        byte[] wav = new byte[44 + 2 * 2205];
        "RIFF"u8.CopyTo(wav);
        BitConverter.TryWriteBytes(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BitConverter.TryWriteBytes(wav.AsSpan(16), 16);
        BitConverter.TryWriteBytes(wav.AsSpan(20), (short)1);
        BitConverter.TryWriteBytes(wav.AsSpan(22), (short)1);
        BitConverter.TryWriteBytes(wav.AsSpan(24), 22050);
        BitConverter.TryWriteBytes(wav.AsSpan(28), 44100);
        BitConverter.TryWriteBytes(wav.AsSpan(32), (short)2);
        BitConverter.TryWriteBytes(wav.AsSpan(34), (short)16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BitConverter.TryWriteBytes(wav.AsSpan(40), 2 * 2205);
        return wav;
    }
}
