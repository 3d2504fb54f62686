using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>Whom a cancel tells, and after a false alarm whom else (I5).</summary>
public sealed partial class Dissemination
{
    /// <summary>Heard by everybody around, whether warned or not: after a false alarm each of its endpoints says once that there was nothing.</summary>
    internal static bool IsHeardByAll(ChannelKind channel) => channel is ChannelKind.Loudspeaker or ChannelKind.Broadcast;

    /// <summary>The cancel of this channel goes out whatever became of the attempt that was on the wire: its words are the correction's, and whoever is not told by it would be told by nothing.</summary>
    internal bool IsToldToAll(ChannelKind channel) => Cancelled is { FalseAlarm: true, ToldToAll: true } && IsHeardByAll(channel);

    /// <summary>Opens the cancel of a channel, and after a false alarm the correction for those who were to hear it and did not.</summary>
    private void TakeBack(ChannelKind channel, long atTicks)
    {
        var original = Set(channel, Purpose.Original);
        var also = _alsoTold.Find(a => a.Channel == channel);
        // Whoever has it or may have it; an attempt in flight is waited for. Where every attempt is known not to have been taken, nothing has to be taken back.
        int[] holders = original is null || also.Alone ? [] : [.. Enumerable.Range(0, original.Count).Where(original.IsHeld)];
        int[] others = also.Endpoints is null ? [] : [.. Enumerable.Range(0, also.Endpoints.Length).Where(i => original is null || also.Alone || original.SlotOf(also.Endpoints[i]) is not (>= 0 and var slot) || !original.IsHeld(slot))];
        var cancel = NewSet(channel, Purpose.Cancel, [.. holders.Select(s => original!.Endpoints[s]), .. others.Select(i => also.Endpoints![i])], [.. holders.Select(s => original!.Languages[s]), .. others.Select(i => also.Languages[i])]);
        foreach (int endpoint in also.Endpoints ?? []) cancel.MarkHoldsOlder(cancel.SlotOf(endpoint));
        Add(cancel, atTicks);
        if (original is null || also.Alone || !Cancelled!.FalseAlarm || !IsHeardByAll(channel)) return;
        var rest = Enumerable.Range(0, original.Count).Where(s => cancel.SlotOf(original.Endpoints[s]) < 0).ToArray();
        if (rest.Length > 0) Add(NewSet(channel, Purpose.Correction, [.. rest.Select(s => original.Endpoints[s])], [.. rest.Select(s => original.Languages[s])]), atTicks);
    }
}
