using System.Buffers.Binary;
using System.Collections;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Audit;

/// <summary>The endpoints of a frozen audience, one bit a number of each channel's range.</summary>
internal sealed class FrozenAudience
{
    private readonly Dictionary<byte, (int First, BitArray Numbers)> _channels = [];

    public bool Has(byte channel, int endpointNo) =>
        _channels.TryGetValue(channel, out var range) && (long)endpointNo - range.First is >= 0 and var at && at < range.Numbers.Length && range.Numbers[(int)at];

    public void Add(byte channel, ReadOnlySpan<int> endpoints)
    {
        if (endpoints.IsEmpty) return;
        int first = int.MaxValue, last = int.MinValue;
        foreach (int endpoint in endpoints) (first, last) = (Math.Min(first, endpoint), Math.Max(last, endpoint));
        var numbers = new BitArray(checked(last - first + 1));
        foreach (int endpoint in endpoints) numbers[endpoint - first] = true;
        _channels[channel] = (first, numbers);
    }
}

/// <summary>The rows before a Cleared row that freeze whom it reaches and with which words, held against the hashes that were approved: they hold all that those hashes are over. Not thread-safe.</summary>
internal sealed class FrozenRows
{
    private readonly List<(byte Channel, ReadOnlyMemory<byte> Body)> _audience = [];
    private readonly List<ReadOnlyMemory<byte>> _renditions = [];
    private readonly List<ReadOnlyMemory<byte>> _ends = []; // of villages: one row at most
    private int _disseminationNo;

    public void Fold(in LedgerEvent row)
    {
        if (row.DisseminationNo != _disseminationNo) Clear(row.DisseminationNo);
        if (row.Kind == LedgerEventKind.AudienceFrozen) _audience.Add((row.Channel, row.Body));
        else (row.Kind == LedgerEventKind.VillageEnds ? _ends : _renditions).Add(row.Body);
    }

    /// <summary>What was frozen for this clearance, which takes it.</summary>
    /// <param name="wrong">Why it is not what was approved; null when it is.</param>
    /// <returns>Null when the audience is not the approved one: then there is nothing to hold its sends against.</returns>
    public FrozenAudience? Take(int disseminationNo, ClearedRecord record, out string? wrong)
    {
        if (disseminationNo != _disseminationNo) Clear(disseminationNo);
        var audience = Audience(record);
        wrong = audience is null ? "its frozen audience is not the one that was approved" : AreApproved(record) ? null : "its stored renditions are not those that were approved";
        Clear(0);
        return audience;
    }

    private FrozenAudience? Audience(ClearedRecord record)
    {
        if (_audience.Count == 0 || _audience[0].Channel != 0 || !_audience.TrueForAll(a => IsWhole(a.Channel, a.Body.Span))) return null;
        if (_ends.Count > 1 || !_ends.TrueForAll(e => VillageEnds.IsWhole(e.Span))) return null;
        string hash = AudienceHash.OfFrozen(record.RegistryVersion, _audience[0].Body.Span, _audience.Skip(1));
        if ((_ends.Count == 0 ? hash : AudienceHash.Bound(hash, _ends[0].Span)) != record.Hashes.Audience) return null;
        var audience = new FrozenAudience();
        foreach (var (channel, body) in _audience.Skip(1)) audience.Add(channel, ClearedRows.ReadAudience(body.Span).Numbers);
        return audience;
    }

    private bool AreApproved(ClearedRecord record)
    {
        var renditions = new List<Rendition>(_renditions.Count);
        foreach (var body in _renditions)
        {
            if (ClearedRows.Read(body.Span, DispatchJson.Default.Rendition) is not { } rendition || RenditionHash.Of(rendition) != rendition.Sha256) return false;
            renditions.Add(rendition);
        }
        return RenditionHash.Of(renditions) == record.Hashes.Renditions;
    }

    public static bool IsWhole(byte channel, ReadOnlySpan<byte> body)
    {
        if (body.Length < 4) return false;
        long count = BinaryPrimitives.ReadInt32LittleEndian(body);
        return count >= 0 && body.Length == 4 + (4 * count) + (channel == 0 ? 0 : count);
    }

    private void Clear(int disseminationNo)
    {
        _disseminationNo = disseminationNo;
        _audience.Clear();
        _renditions.Clear();
        _ends.Clear();
    }
}
