namespace AlertGateway.Core.Dispatch;

/// <summary>Whom a cancel tells, and after a false alarm whom else (I5).</summary>
public sealed partial class Dissemination
{
    private readonly SortedSet<int> _toldAtDoor = [];

    /// <summary>Households at whose door, or with whom, somebody was after the false alarm was taken back.</summary>
    internal IReadOnlyCollection<int> ToldAtDoor => _toldAtDoor;

    /// <summary>Heard by everybody around, whether warned or not: after a false alarm each of its endpoints says once that there was nothing.</summary>
    internal static bool IsHeardByAll(ChannelKind channel) => channel is ChannelKind.Loudspeaker or ChannelKind.Broadcast;

    /// <summary>The cancel of this channel goes out whatever became of the attempt that was on the wire: its words are the correction's, and whoever is not told by it would be told by nothing.</summary>
    internal bool IsToldToAll(ChannelKind channel) => Cancelled is { FalseAlarm: true, ToldToAll: true } && IsHeardByAll(channel);

    /// <summary>A correction was approved that this channel can send.</summary>
    internal bool HasCorrection(ChannelKind channel) => _renditions.Exists(r => r.Channel == channel && r.Purpose == Purpose.Correction);

    /// <summary>Opens the cancel of a channel, and after a false alarm the correction for those who are to hear it and get no cancel.</summary>
    private void TakeBack(ChannelKind channel, long atTicks)
    {
        var original = Set(channel, Purpose.Original);
        var also = _alsoTold.Find(a => a.Channel == channel && a.Code != CancelAudienceCodes.CorrectedToo);
        bool alone = also.Code == CancelAudienceCodes.InsteadOfItsOwn;
        // Whoever has it or may have it; an attempt in flight is waited for. Where every attempt is known not to have been taken, nothing has to be taken back.
        int[] holders = original is null || alone ? [] : [.. Enumerable.Range(0, original.Count).Where(original.IsHeld)];
        int[] others = also.Endpoints is null ? [] : [.. Enumerable.Range(0, also.Endpoints.Length).Where(i => original is null || alone || original.SlotOf(also.Endpoints[i]) is not (>= 0 and var slot) || !original.IsHeld(slot))];
        var cancel = NewSet(channel, Purpose.Cancel, [.. holders.Select(s => original!.Endpoints[s]), .. others.Select(i => also.Endpoints![i])], [.. holders.Select(s => original!.Languages[s]), .. others.Select(i => also.Languages[i])]);
        foreach (int endpoint in also.Endpoints ?? []) cancel.MarkHoldsOlder(cancel.SlotOf(endpoint));
        if (original is not null || also.Endpoints is not null) Add(cancel, atTicks);
        if (!alone && Cancelled!.FalseAlarm) Correct(channel, original, cancel, atTicks);
    }

    private void Correct(ChannelKind channel, DeliverySet? original, DeliverySet cancel, long atTicks)
    {
        var (endpoints, languages) = (new List<int>(), new List<byte>());
        if (original is not null && IsHeardByAll(channel)) Tell(original.Endpoints, original.Languages);
        foreach (var too in _alsoTold.Where(a => a.Channel == channel && a.Code == CancelAudienceCodes.CorrectedToo)) Tell(too.Endpoints, too.Languages);
        if (endpoints.Count > 0) Add(NewSet(channel, Purpose.Correction, [.. endpoints], [.. languages]), atTicks);

        void Tell(int[] whom, byte[] inLanguages)
        {
            bool own = whom == original?.Endpoints;
            for (int i = 0; i < whom.Length; i++)
            {
                if (cancel.SlotOf(whom[i]) >= 0 || (!own && IsHeardByAll(channel) && original?.SlotOf(whom[i]) >= 0)) continue;
                endpoints.Add(whom[i]);
                languages.Add(inLanguages[i]);
            }
        }
    }
}
