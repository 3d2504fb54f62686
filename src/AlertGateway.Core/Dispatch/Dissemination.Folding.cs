using System.Text.Json;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>What each durable row makes of it.</summary>
public sealed partial class Dissemination
{
    /// <summary>Folds one durable row.</summary>
    public void Apply(long sequence, in LedgerEvent e)
    {
        if (sequence <= _sequence || IsClosed) return; // A snapshot has it already, or nothing counts any more.
        RowNumbers.Require(sequence, in e);
        _sequence = sequence;
        switch (e.Kind)
        {
            case LedgerEventKind.Cancelled:
                ApplyCancelled(in e);
                break;
            case LedgerEventKind.Superseded:
                Superseded = true;
                CancelSerial++;
                // What is being taken back goes on: not everybody who is told is reached by the newer one.
                foreach (var set in _sets.Where(s => s.Purpose is not (Purpose.Cancel or Purpose.Correction))) set.Apply(Suppression(set, DispatchError.GateClosed, e.AtTicks));
                Note(e.AtTicks, "superseded", $"被第 {e.Number} 号更新取代", $"superseded by dissemination {e.Number}");
                break;
            case LedgerEventKind.CancelAudience:
                var (endpoints, languages) = ClearedRows.ReadAudience(e.Body.Span);
                _alsoTold.Add(((ChannelKind)e.Channel, endpoints, languages, e.Code));
                break;
            case LedgerEventKind.Closed:
                IsClosed = true;
                break;
            case LedgerEventKind.Visited:
                ApplyVisited(in e);
                break;
            case LedgerEventKind.VillageEvacuated:
                ApplyEvacuated(in e);
                break;
            default:
                ApplyDelivery(in e);
                break;
        }
    }

    private void ApplyDelivery(in LedgerEvent e)
    {
        if (Set((ChannelKind)e.Channel, (Purpose)e.Purpose) is not { } set) return;
        if (e.Kind == LedgerEventKind.Suppressed) Note(e.AtTicks, "suppressed", $"{set.Channel} 未发部分停止（{(DispatchError)e.Code}）", $"{set.Channel}: what had not started was stopped ({(DispatchError)e.Code})");
        int openBefore = set.Open, startedBefore = set.Started;
        int risen = set.Apply(in e);
        if (e.Kind == LedgerEventKind.VillagesEnded) NoteEnded(set, openBefore - set.Open, e.AtTicks);
        if (risen >= 0 && set.Purpose == Purpose.Original)
        {
            int person = _registry.EndpointPerson[set.Endpoints[risen]];
            if (person > 0) Reach.Raise(person, set.EvidenceOf(risen));
        }
        if (e.Kind == LedgerEventKind.Receipt && (e.Number & ReceiptNumbers.Helped) != 0 && set.Purpose == Purpose.Original && set.SlotOf(e.EndpointNo) >= 0 && _registry.EndpointPerson[e.EndpointNo] is > 0 and var helper) Reach.Raise(helper, Evidence.Acknowledged, helped: true);
        if (startedBefore == 0 && set.Started > 0) Note(e.AtTicks, "started", $"{ChannelName(set)}开始", $"{set.Channel} {set.Purpose}: first start");
        if (openBefore > 0 && set.Open == 0) Note(e.AtTicks, "final", $"{ChannelName(set)}全部有最终状态", $"{set.Channel} {set.Purpose}: every delivery is final");
        // It was in flight at the cancel, and now is known not to have been taken: the gate was closed in time, or the far side was too busy, or refused it.
        if (e.Kind == LedgerEventKind.Result && set.Purpose == Purpose.Original && !IsToldToAll(set.Channel) && Set(set.Channel, Purpose.Cancel) is { } cancel)
        {
            int slot = set.SlotOf(e.EndpointNo), cancelSlot = cancel.SlotOf(e.EndpointNo);
            if (slot >= 0 && cancelSlot >= 0 && !set.MayHave(slot)) cancel.SuppressPlanned(cancelSlot);
        }
    }

    private void ApplyCancelled(in LedgerEvent e)
    {
        if (Cancelled is not null)
        {
            _alsoTold.Clear();
            return;
        }
        Cancelled = JsonSerializer.Deserialize(e.Body.Span, DispatchJson.Default.CancelRecord) ?? throw new LedgerException("A Cancelled row has no body.");
        CancelledTicks = e.AtTicks;
        CancelSerial++;
        foreach (var original in _sets.ToArray()) original.Apply(Suppression(original, DispatchError.GateClosed, e.AtTicks));
        foreach (var channel in _sets.Select(s => s.Channel).Union(_alsoTold.Select(a => a.Channel)).ToArray()) TakeBack(channel, e.AtTicks);
        _alsoTold.Clear();
        int had = _sets.Where(s => s.Purpose == Purpose.Cancel).Sum(s => s.Count);
        int too = Cancelled.ToldToAll ? _sets.Where(s => s.Purpose == Purpose.Correction).Sum(s => s.Count) : 0;
        var (also, alsoEnglish) = too > 0 ? ($"，另有 {too} 条误发更正", $", {too} more to correct the false alarm") : ("", "");
        Note(e.AtTicks, "cancelled", $"{Cancelled.PersonName} 撤回：{Cancelled.Reason}（{had} 条需通知{also}）", $"taken back by {Cancelled.PersonName}: {Cancelled.Reason} ({had} deliveries to tell{alsoEnglish})");
    }

    /// <summary>Where nothing was approved that could be sent, the set ends at once and says so: a lane that met it would stop for everybody.</summary>
    private void Add(DeliverySet set, long atTicks)
    {
        _sets.Add(set);
        if (set.Count == 0 || FindRendition(set.Channel, set.Purpose, 0) is not null) return;
        set.Apply(Suppression(set, DispatchError.NoRendition, atTicks));
        Note(atTicks, "no-rendition", $"{ChannelName(set)}没有已审批的内容，{set.Count} 条不发", $"{set.Channel} {set.Purpose}: nothing was approved that it could send, {set.Count} deliveries do not start");
    }

    private void ApplyVisited(in LedgerEvent e)
    {
        if (e.EndpointNo <= 0 || e.EndpointNo > _registry.Persons) return;
        if (Cancelled is { ToldToAll: true }) _toldAtDoor.Add(_registry.PersonHousehold[e.EndpointNo]);
        if ((Evidence)e.Code == Evidence.Visited) Reach.VisitHousehold(e.EndpointNo);
        else Reach.Raise(e.EndpointNo, (Evidence)e.Code);
    }

    private void ApplyEvacuated(in LedgerEvent e)
    {
        string code = e.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (int v = 0; v < _registry.Villages.Count; v++)
        {
            if (_registry.Villages[v].Code != code) continue;
            if (e.Code == 0 ? !_evacuated.Remove(v) : !_evacuated.Add(v)) return;
            string name = _registry.Villages[v].Name;
            if (e.Code == 0) Note(e.AtTicks, "evacuation-withdrawn", $"{name}：收回“已转移”，大喇叭恢复播放", $"{name}: not evacuated after all, loudspeakers go on");
            else Note(e.AtTicks, "evacuated", $"{name}：已转移，大喇叭停播", $"{name}: evacuated, loudspeakers stop");
            return;
        }
    }

    private void Note(long atTicks, string code, string text, string english) => _timeline.Add(new TimelineEntry(atTicks, code, text, english));

    private static string ChannelName(DeliverySet set)
    {
        string medium = set.Channel switch { ChannelKind.Sms => "短信", ChannelKind.Push => "应用推送", ChannelKind.Loudspeaker => "大喇叭", ChannelKind.Broadcast => "应急广播", _ => set.Channel.ToString() };
        return set.Purpose switch { Purpose.Cancel => medium + "撤回", Purpose.Correction => medium + "更正", _ => medium };
    }
}
