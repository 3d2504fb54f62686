using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Approval;

/// <summary>The sentences of what the desk turns away. Codes are stable.</summary>
internal static class DeskRefusals
{
    public static DeskRefusal UnknownProposal(int no) => new("proposal.unknown", $"没有第 {no} 号提案。", $"There is no proposal {no}.");

    public static DeskRefusal UnknownDissemination(int no) => new("dissemination.unknown", $"没有第 {no} 号发布。", $"There is no dissemination {no}.");

    public static DeskRefusal Closed { get; } = new("dissemination.closed", "这次发布已归档，不能再撤回或更正。", "This dissemination is closed: nothing of it can be taken back any more.");

    public static DeskRefusal NotAPerson { get; } = new("person.missing", "只有本人登录后才能操作；信息源不是人。", "Only an enabled person may do this; a feed is never a person.");

    public static DeskRefusal Wrong(Proposal proposal) => proposal.State switch
    {
        ProposalState.Held => new("proposal.held", $"提案被暂停：{string.Join("；", proposal.Holds.Select(h => h.Sentence))}", $"The proposal is held: {string.Join("; ", proposal.Holds.Select(h => h.SentenceEnglish))}"),
        ProposalState.Cleared => new("proposal.cleared", "提案已签发，不能再更改。", "The proposal is cleared already."),
        ProposalState.Returned => new("proposal.returned", "提案已被退回。", "The proposal was returned."),
        ProposalState.Overtaken => new("proposal.overtaken", "提案已被同一预警的新报文取代。", "A newer message of the same alert has overtaken the proposal."),
        ProposalState.Proposed => new("proposal.proposed", "提案已提交审批，不能重复提交。", "The proposal was laid before approvers already."),
        _ => NotProposed,
    };

    public static DeskRefusal NotProposed { get; } = new("proposal.not-proposed", "提案还没有人提交，不能审批。", "Nobody has proposed this yet.");

    public static DeskRefusal SamePerson { get; } = new("approver.same-person", "提交人不能审批自己的提案，须由另一人审批。", "The proposer cannot approve; a second person must.");

    public static DeskRefusal Author { get; } = new("approver.is-author", "预警的录入人不能审批，须由另一人审批。", "The person who handed the alert in cannot approve it; a second person must.");

    public static DeskRefusal NotOfPublisher(LawfulPublisher publisher) => new("approver.not-of-publisher", $"这份草稿以{publisher.Name}的名义拟定，须由其审批人批准（角色：{string.Join("、", publisher.ApproverRoles)}）。",
        $"This was drafted in the name of {publisher.NameEnglish}; its own approver must clear it (role: {string.Join(", ", publisher.ApproverRoles)}).");

    public static DeskRefusal HashChanged { get; } = new("hash.changed", "您看到的内容与提案不一致（内容、区域、受众、播发内容或有效期已变），请重新查看后再操作。",
        "What you saw is not what the proposal says (content, area, audience, renditions or expiry differ). Look again.");

    public static DeskRefusal Expired { get; } = new("alert.expired", "预警已过有效期，不能发布。", "The alert's life is over; it cannot be sent.");

    public static DeskRefusal NobodyToReach { get; } = new("audience.empty", "受众为空：没有可以送达的对象，不能提交。", "The audience is empty: nobody could be reached.");

    public static DeskRefusal NoAuthority(AuthorityAct act) => new("authority.missing", $"您的角色无权对该区域、事件和级别执行此操作（{ActZh(act)}）。",
        $"Your role may not do this ({act}) for this area, event and severity.");

    public static DeskRefusal HoldNotResolvable(string code) => new("hold.not-resolvable", $"此暂停原因（{code}）不能由人工放行，需要新的报文。", $"This hold ({code}) cannot be released by a person; it needs a new message.");

    public static DeskRefusal MayNotTrustClock { get; } = new("authority.missing", "您的角色无权确认本机时钟。", "Your role may not confirm the machine's clock.");

    public static DeskRefusal MayNotRecordReach { get; } = new("authority.missing", "您的角色无权记录这个村的上门、联系和转移情况。", "Your role may not record what was seen in this village.");

    public static DeskRefusal UnknownPerson { get; } = new("visit.unknown-person", "这次发布中没有此人。", "This dissemination does not know that person.");

    public static DeskRefusal NoEvacuation { get; } = new("evacuation.unknown", "这次发布不等待该村报告“已转移”。", "This dissemination does not wait for that village to report that it has left.");

    public static DeskRefusal ClockAgrees { get; } = new("clock.agrees", "两个时钟已经一致，无需确认。", "The clocks agree already; nothing has to be confirmed.");

    public static DeskRefusal NotHeld { get; } = new("proposal.not-held", "提案没有被暂停。", "The proposal is not held.");

    public static DeskRefusal NoReason { get; } = new("reason.missing", "请写明原因（1–500 字）。", "Give a reason (1 to 500 characters).");

    public static DeskRefusal IsCancel { get; } = new("proposal.is-cancel", "这是解除草案，由一名有权人员一步放行。", "This is a cancel draft: one authorised person releases it in one step.");

    private static string ActZh(AuthorityAct act) => act switch
    {
        AuthorityAct.Propose => "提交",
        AuthorityAct.Approve => "审批",
        AuthorityAct.Return => "退回",
        AuthorityAct.Cancel => "解除",
        _ => "放行暂停",
    };
}
