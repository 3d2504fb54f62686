using System.Text.Json;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Tracking;

/// <summary>
/// Spares a restart the reading of millions of rows: keeps each dissemination's folded state in a file, and beside it the numbers of the few rows that ingest and desk fold. What follows the snapshot is read from the ledger. A snapshot that
/// is missing, torn, changed, of another registry or of another ledger is not used: then the whole ledger is read. Observe the ledger with it before reading.
/// </summary>
/// <remarks>Each dissemination is saved by itself with the row up to which it is folded, so that nothing stands still while a snapshot is made. <see cref="Write"/> is for one caller at a time.</remarks>
public sealed class StateSnapshots(SnapshotFolder folder, SqliteLedger ledger, DisseminationRoom room) : ICommitObserver
{
    private const string Manifest = "manifest";

    /// <summary>Stands in the manifest where a dissemination's row would: its rows were refused, or come later.</summary>
    private const long NoSuchNumber = -1;

    private readonly Lock _lock = new();
    private readonly List<long> _control = [];
    private readonly Queue<long> _refused = new();
    private readonly Dictionary<int, long> _written = [];
    private readonly SnapshotWriter _writer = new();
    private long _folded;

    /// <summary>Row that the newest snapshot goes up to; 0 for none.</summary>
    public long SnapshotRow { get; private set; }

    /// <summary>Rows that ingest, desk and refusals fold, and no other room.</summary>
    public static bool IsOfDesk(LedgerEventKind kind) => kind is LedgerEventKind.Submitted or LedgerEventKind.Proposed or LedgerEventKind.Signed or LedgerEventKind.Returned or LedgerEventKind.Refused;

    /// <summary>Takes the newest snapshot up.</summary>
    /// <param name="onRows">Gets the rows that ingest, desk and refusals fold, in order.</param>
    /// <returns>The row from which on the ledger must be read: 1 when there is no usable snapshot.</returns>
    public long Restore(Action<long, ReadOnlySpan<LedgerEvent>> onRows)
    {
        ArgumentNullException.ThrowIfNull(onRows);
        if (!BitConverter.IsLittleEndian || folder.Read(Manifest) is not { } bytes) return 1;
        try
        {
            var from = new SnapshotReader(bytes);
            long row = from.Get<long>();
            uint checksum = from.Get<uint>();
            if (!from.GetAll<byte>().SequenceEqual(System.Text.Encoding.ASCII.GetBytes(room.RegistryVersion)) || row <= 0 || row > ledger.LastSequence || ledger.ChecksumOf(row) != checksum) return 1;
            long[] control = from.GetAll<long>().ToArray(), refused = from.GetAll<long>().ToArray();
            var files = from.GetAll<long>();
            var closed = (JsonSerializer.Deserialize(from.GetAll<byte>(), DispatchJson.Default.ListClosedDissemination) ?? []).ToDictionary(c => c.View.DisseminationNo);
            if (!from.IsAtEnd || Load(files.ToArray(), closed) is not { } states) return 1;
            var rows = ledger.ReadRows([.. control.Concat(refused).Order()]);
            // From here on it is only folding, as with the whole ledger.
            for (int i = 0; i < files.Length; i++)
            {
                if (files[i] != NoSuchNumber) _written[i + 1] = files[i];
            }
            for (int i = 0; i < files.Length; i++)
            {
                if (closed.TryGetValue(i + 1, out var rested)) room.TakeUp(rested, Again(i + 1, files[i]));
                else if (states[i] is { } state) room.TakeUp(state);
            }
            _control.AddRange(control);
            foreach (long sequence in refused) _refused.Enqueue(sequence);
            foreach (var (sequence, e) in rows) onRows(sequence, [e]);
            SnapshotRow = _folded = row;
            return row + 1;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return 1;
        }
    }

    /// <summary>Null when one of them cannot be used. Closed ones are not read. Each core takes some.</summary>
    private Dissemination?[]? Load(long[] files, Dictionary<int, ClosedDissemination> closed)
    {
        var states = new Dissemination?[files.Length];
        bool usable = true;
        Parallel.For(0, files.Length, static () => Array.Empty<byte>(), (i, loop, buffer) =>
        {
            if (files[i] == NoSuchNumber || closed.ContainsKey(i + 1)) return buffer;
            try
            {
                if (folder.TryRead(NameOf(i + 1, files[i]), ref buffer, out int length)) states[i] = Dissemination.Load(buffer.AsSpan(0, length), room.Registry);
            }
            catch (InvalidDataException)
            {
                // As a file that is not there.
            }
            if (states[i]?.DisseminationNo == i + 1) return buffer;
            Volatile.Write(ref usable, false);
            loop.Stop();
            return buffer;
        }, static _ => { });
        return usable ? states : null;
    }

    /// <summary>A closed one's state, for whoever looks at it: from its file, and where that cannot be read any more, from the ledger.</summary>
    private Func<Dissemination> Again(int no, long sequence) => () =>
    {
        try
        {
            if (folder.Read(NameOf(no, sequence)) is { } bytes) return Dissemination.Load(bytes, room.Registry);
        }
        catch (InvalidDataException)
        {
            // As a file that is not there.
        }
        return room.Refold(no);
    };

    /// <summary>Saves what has changed since the last time; nothing while the ledger is short of space.</summary>
    /// <exception cref="IOException">The files cannot be written; the last snapshot stays.</exception>
    public void Write()
    {
        if (!BitConverter.IsLittleEndian || ledger.IsShortOfSpace) return;
        long[] control, refused;
        long row;
        lock (_lock) (control, refused, row) = ([.. _control], [.. _refused], _folded);
        if (row == 0 || row == SnapshotRow) return;
        var files = new List<long>();
        var closed = new List<ClosedDissemination>();
        var names = new HashSet<string> { Manifest };
        for (int no = 1, last = room.LastNo; no <= last; no++)
        {
            if (ledger.IsShortOfSpace) return;
            if (room.SequenceOf(no) is not { } sequence)
            {
                files.Add(NoSuchNumber);
                continue;
            }
            if (room.ClosedOf(no) is { } one) closed.Add(one);
            if (!_written.TryGetValue(no, out long saved) || saved != sequence)
            {
                _writer.Clear();
                saved = room.Save(no, _writer);
                folder.Write(NameOf(no, saved), _writer.Written);
                _written[no] = saved;
            }
            files.Add(saved);
            names.Add(NameOf(no, saved));
        }
        _writer.Clear();
        _writer.Put(row);
        _writer.Put(ledger.ChecksumOf(row) ?? throw new InvalidDataException($"Row {row} is durable and cannot be read."));
        _writer.PutAll<byte>(System.Text.Encoding.ASCII.GetBytes(room.RegistryVersion));
        _writer.PutAll<long>(control);
        _writer.PutAll<long>(refused);
        _writer.PutAll<long>(files.ToArray());
        _writer.PutAll<byte>(JsonSerializer.SerializeToUtf8Bytes(closed, DispatchJson.Default.ListClosedDissemination));
        folder.Write(Manifest, _writer.Written);
        folder.KeepOnly(names);
        foreach (var one in closed) room.Rest(one, Again(one.View.DisseminationNo, _written[one.View.DisseminationNo]));
        SnapshotRow = row;
    }

    /// <inheritdoc/>
    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        lock (_lock)
        {
            for (int i = 0; i < events.Length; i++)
            {
                if (!IsOfDesk(events[i].Kind)) continue;
                if (events[i].Kind != LedgerEventKind.Refused)
                {
                    _control.Add(firstSequence + i);
                    continue;
                }
                if (_refused.Count == RefusalBook.RefusalsMax) _refused.Dequeue();
                _refused.Enqueue(firstSequence + i);
            }
            _folded = firstSequence + events.Length - 1;
        }
    }

    private static string NameOf(int no, long sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"dissemination-{no}-{sequence}");
}
