using System.Text.Json;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>A dissemination as bytes, and back.</summary>
public sealed partial class Dissemination
{
    internal void Save(SnapshotWriter to)
    {
        to.Put(DisseminationNo);
        to.Put(_sequence);
        to.Put(ClearedTicks);
        to.PutAll<byte>(JsonSerializer.SerializeToUtf8Bytes(Record, DispatchJson.Default.ClearedRecord));
        to.PutAll<byte>(JsonSerializer.SerializeToUtf8Bytes(_renditions, DispatchJson.Default.ListRendition));
        to.PutAll<byte>(JsonSerializer.SerializeToUtf8Bytes(_timeline, DispatchJson.Default.ListTimelineEntry));
        to.Put(CancelSerial);
        to.Put(CancelledTicks);
        to.Put(Superseded);
        to.Put(IsClosed);
        to.Put(OlderNo);
        to.PutAll<int>(_evacuated.ToArray());
        to.PutAll<long>(_villageEnds);
        to.PutAll<int>(_toldAtDoor.ToArray());
        to.PutAll<byte>(Cancelled is null ? [] : JsonSerializer.SerializeToUtf8Bytes(Cancelled, DispatchJson.Default.CancelRecord));
        Reach.Save(to);
        to.Put(_sets.Count);
        foreach (var set in _sets) set.Save(to);
    }

    /// <exception cref="InvalidDataException">The bytes are no dissemination of this registry.</exception>
    internal static Dissemination Load(ReadOnlySpan<byte> bytes, RegistrySnapshot registry)
    {
        var from = new SnapshotReader(bytes);
        int no = from.Get<int>();
        long sequence = from.Get<long>(), clearedTicks = from.Get<long>();
        var record = Json(ref from, DispatchJson.Default.ClearedRecord);
        var renditions = Json(ref from, DispatchJson.Default.ListRendition);
        var timeline = Json(ref from, DispatchJson.Default.ListTimelineEntry);
        int cancelSerial = from.Get<int>();
        long cancelledTicks = from.Get<long>();
        bool superseded = from.Get<bool>(), closed = from.Get<bool>();
        int olderNo = from.Get<int>();
        if (olderNo < 0 || olderNo >= no) throw new InvalidDataException("A dissemination of the snapshot takes over from a later one.");
        int[] evacuated = from.GetAll<int>().ToArray();
        long[] villageEnds = from.GetAll<long>().ToArray();
        int[] toldAtDoor = from.GetAll<int>().ToArray();
        var cancelled = from.GetAll<byte>();
        var reach = ReachBook.Load(ref from, registry);
        var dissemination = new Dissemination(no, record, clearedTicks, registry, reach, renditions, timeline, villageEnds)
        {
            _sequence = sequence, CancelSerial = cancelSerial, CancelledTicks = cancelledTicks, Superseded = superseded, IsClosed = closed, OlderNo = olderNo,
            Cancelled = cancelled.IsEmpty ? null : JsonSerializer.Deserialize(cancelled, DispatchJson.Default.CancelRecord),
        };
        dissemination._evacuated.UnionWith(evacuated);
        dissemination._toldAtDoor.UnionWith(toldAtDoor);
        for (int sets = from.Get<int>(); sets > 0; sets--) dissemination._sets.Add(DeliverySet.Load(ref from, record.LifeThreat, dissemination._ends));
        if (!from.IsAtEnd) throw new InvalidDataException("The snapshot goes on after its end.");
        foreach (var set in dissemination._sets)
        {
            if (set.Count > 0 && (set.Endpoints.Min() <= 0 || set.Endpoints.Max() > registry.Endpoints)) throw new InvalidDataException("The snapshot names an endpoint that the registry does not have.");
        }
        return dissemination;
    }

    private static T Json<T>(ref SnapshotReader from, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class =>
        ClearedRows.Read(from.GetAll<byte>(), type) ?? throw new InvalidDataException("A record of the snapshot cannot be read.");
}
