using System.Text.Json;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>Whom each message was approved for, by the word of those who approved it.</summary>
internal sealed partial class Oracle
{
    private readonly Dictionary<string, Message> _approved = [];
    private readonly Dictionary<int, Message> _messageOf = [];
    private readonly Dictionary<int, HashSet<int>> _audience = [];

    /// <summary>Two persons have signed this message, to its endpoints and no others.</summary>
    public void Approved(Message message) => _approved[message.Name] = message;

    private void ClearedIsDurable(in LedgerEvent e)
    {
        var record = JsonSerializer.Deserialize(e.Body.Span, DispatchJson.Default.ClearedRecord)!;
        if (_approved.TryGetValue(record.Identifier, out var message)) (_messageOf[e.DisseminationNo], _audience[e.DisseminationNo]) = (message, [.. message.To]);
        else Fail($"I7: dissemination {e.DisseminationNo} was opened and nobody has approved it");
    }

    private int ChainOf(int no) => _chainOf.GetValueOrDefault(no, no);

    /// <summary>What takes back may go to whomever any message of the chain was approved for.</summary>
    private bool IsInAudience(DeliveryKey key) =>
        _audience.TryGetValue(key.DisseminationNo, out var own) && own.Contains(key.EndpointNo)
        || (key.Purpose == Purpose.Correction && _cancels.TryGetValue(key.DisseminationNo, out var cancel) && cancel.FalseAlarm && MayBeCorrected(key.DisseminationNo, key.Channel, key.EndpointNo))
        || (key.Purpose != Purpose.Original && _audience.Any(a => ChainOf(a.Key) == ChainOf(key.DisseminationNo) && a.Value.Contains(key.EndpointNo)));

    /// <summary>Nobody for whom it was approved is left out.</summary>
    private void JudgeAudience(Dissemination state)
    {
        foreach (int endpoint in _audience.GetValueOrDefault(state.DisseminationNo) ?? [])
        {
            if (state.Set((ChannelKind)run.Town.Registry.EndpointChannel[endpoint], Purpose.Original) is not { } set || set.SlotOf(endpoint) < 0) Fail($"I1: dissemination {state.DisseminationNo} was approved for endpoint {endpoint} and has no delivery for it", endpoint);
        }
    }
}
