using AlertGateway.Server.Security;
using AlertGateway.Server.Web;

namespace AlertGateway.Acceptance.Console;

/// <summary>Accounts with memory; a token here is simply a word.</summary>
internal sealed class ScriptedPeople : IPeople
{
    private readonly Dictionary<string, SignedInPerson> _byToken = new(StringComparer.Ordinal)
    {
        ["token-wang"] = new(1, "王值班", ["duty"]),
        ["token-li"] = new(2, "李主任", ["approver"]),
        ["token-zhao"] = new(3, "赵网格", ["warden"]),
    };

    public HashSet<int> Removed { get; } = [];

    public ValueTask<SignedInPerson?> FindByTokenAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_byToken.TryGetValue(token, out var person) && !Removed.Contains(person.PersonId) ? person : null);

    public ValueTask<SignedInPerson?> SignInAsync(string token, CancellationToken cancellationToken) => FindByTokenAsync(token, cancellationToken);

    public ValueTask<SignedInPerson?> FindAsync(int personId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Removed.Contains(personId) ? null : _byToken.Values.FirstOrDefault(p => p.PersonId == personId));
}

/// <summary>One part well, one limited.</summary>
internal sealed class ScriptedHealth : IHealthSource
{
    public IReadOnlyList<HealthLine> Read() =>
    [
        new("账本", "Ledger", HealthGrade.Good, "最近一次落盘 3 毫秒。", "Last commit took 3 ms."),
        new("语音", "Speech", HealthGrade.Degraded, "缺少 espeak-ng：节目只有警报音。", "espeak-ng is missing: programmes are tone only."),
    ];
}
