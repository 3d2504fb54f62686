using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>One walk over entries, their rows and the heads, in step.</summary>
/// <param name="from">What lies before the walk, to which it adds; null walks from the beginning.</param>
/// <param name="lastRow">The last row under it.</param>
internal sealed class AuditWalk(sqlite3 database, AuditHeadCheck check, AuditRowVisitor? onRow, MerkleTree? from = null, long lastRow = 0)
{
    private readonly MerkleTree _tree = from ?? new();
    private readonly Queue<(long Row, byte[] Hash)> _decisions = new();
    private readonly List<(AuditHead Head, byte[] Edge)> _heads = [];
    private int _nextHead;
    private long _lastRow = lastRow;
    private AuditHead? _newest;
    private string _previous = AuditHead.NoPrevious;

    public List<string> HeadLines { get; } = [];

    public long Entries => _tree.Size;

    public long Rows => _lastRow;

    public long Sealed { get; private set; }

    public string Root
    {
        get
        {
            Span<byte> root = stackalloc byte[MerkleTree.HashBytes];
            _tree.Root(root);
            return Convert.ToHexStringLower(root);
        }
    }

    /// <exception cref="AuditBreakException">The first place where the log is not what it was.</exception>
    public void Run()
    {
        AuditTables.HeadsAfter(database, from is null ? long.MinValue : from.Size, (head, edge) => _heads.Add((head, edge)));
        using var leaves = AuditTables.Prepare(database, "SELECT n,kind,first,rows,hash FROM leaf WHERE n>=? ORDER BY n");
        using var rows = AuditTables.Prepare(database, "SELECT seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,body FROM event WHERE seq>? ORDER BY seq");
        raw.sqlite3_bind_int64(leaves, 1, from is null ? long.MinValue : from.Size);
        raw.sqlite3_bind_int64(rows, 1, from is null ? long.MinValue : _lastRow);
        using var commit = new AuditEntry();
        using var decision = new AuditEntry();
        Span<byte> hash = stackalloc byte[MerkleTree.HashBytes];
        CheckHeads();
        while (AuditTables.Next(database, leaves))
        {
            long n = raw.sqlite3_column_int64(leaves, 0), kind = raw.sqlite3_column_int64(leaves, 1), first = raw.sqlite3_column_int64(leaves, 2), count = raw.sqlite3_column_int64(leaves, 3);
            var stored = raw.sqlite3_column_blob(leaves, 4);
            if (n != Entries) Break("leaf", Entries, $"Entry {Entries} is missing or out of place (found {n}).");
            if (stored.Length != MerkleTree.HashBytes) Break("leaf", n, $"Entry {n} has no hash.");
            switch ((AuditEntryKind)kind)
            {
                case AuditEntryKind.Decision when kind == (long)AuditEntryKind.Decision && count == 1:
                    _decisions.Enqueue((first, stored.ToArray()));
                    break;
                case AuditEntryKind.Commit when kind == (long)AuditEntryKind.Commit && count is > 0 and <= int.MaxValue && first == _lastRow + 1:
                    commit.BeginCommit(first, (int)count);
                    for (long i = 0; i < count; i++) Row(rows, commit, decision, n, hash);
                    commit.End(hash);
                    if (!hash.SequenceEqual(stored)) Break("leaf", n, $"Entry {n} is not the hash of the ledger's rows {first} to {_lastRow}.");
                    if (_decisions.Count > 0) Break("decision", _decisions.Peek().Row, $"Entry of a decision in row {_decisions.Peek().Row}, which is none or in another commit.");
                    break;
                default:
                    Break("leaf", n, $"Entry {n} has been changed: kind {kind}, row {first}, {count} rows, after row {_lastRow}.");
                    break;
            }
            _tree.Add(stored);
            CheckHeads();
        }
        if (_decisions.Count > 0) Break("cut", Entries, $"The log ends with a decision whose commit is missing (row {_decisions.Peek().Row}).");
        if (AuditTables.Next(database, rows)) Break("row", _lastRow + 1, $"Row {raw.sqlite3_column_int64(rows, 0)} has no entry in the audit log.");
        // Every head names the hash of the whole line before it, so that the newest signature stands for all.
        if (_newest is not null && !check.IsSigned(_newest)) Break("signature", _newest.Size, $"The signature over the newest head, of {_newest.Size} entries, is not this installation's.");
        if (_nextHead < _heads.Count) Break("cut", Entries, $"A signed head covers {_heads[_nextHead].Head.Size} entries; the log has {Entries}.");
    }

    private void Row(sqlite3_stmt rows, AuditEntry commit, AuditEntry decision, long entry, Span<byte> hash)
    {
        long expected = _lastRow + 1;
        if (!AuditTables.Next(database, rows)) Break("cut", expected, $"The ledger ends at row {_lastRow}; entry {entry} goes on.");
        long sequence = raw.sqlite3_column_int64(rows, 0), previous = raw.sqlite3_column_int64(rows, 1), fence = raw.sqlite3_column_int64(rows, 3), head = raw.sqlite3_column_int64(rows, 4);
        if (sequence != expected || previous != expected - 1) Break("row", expected, $"Row {expected} is missing or out of place (found {sequence} after {previous}).");
        long at = raw.sqlite3_column_int64(rows, 5), number = raw.sqlite3_column_int64(rows, 8);
        long wideShard = raw.sqlite3_column_int64(rows, 2), wideDissemination = raw.sqlite3_column_int64(rows, 6), wideEndpoint = raw.sqlite3_column_int64(rows, 7);
        int shard = (int)wideShard, dissemination = (int)wideDissemination, endpoint = (int)wideEndpoint;
        var body = raw.sqlite3_column_blob(rows, 10);
        uint crc = LedgerRow.Checksum(sequence, previous, shard, fence, head, at, dissemination, endpoint, number, body);
        if (crc != (ulong)raw.sqlite3_column_int64(rows, 9) || shard != wideShard || dissemination != wideDissemination || endpoint != wideEndpoint) Break("row", sequence, $"Row {sequence} has been changed: its check sum does not match.");
        commit.AddRow(sequence, shard, fence, head, at, dissemination, endpoint, number, body);
        _lastRow = sequence;
        bool decided = AuditEntry.IsDecision((LedgerEventKind)(byte)head);
        if (decided)
        {
            if (!_decisions.TryDequeue(out var own) || own.Row != sequence) Break("decision", sequence, $"The decision in row {sequence} has no entry of its own.");
            decision.BeginDecision();
            decision.AddRow(sequence, shard, fence, head, at, dissemination, endpoint, number, body);
            decision.End(hash);
            if (!hash.SequenceEqual(own.Hash)) Break("decision", sequence, $"The decision in row {sequence} is not what its entry says.");
        }
        if (onRow is null) return;
        bool read = decided || (LedgerEventKind)(byte)head is LedgerEventKind.AudienceFrozen or LedgerEventKind.RenditionStored or LedgerEventKind.VillageEnds or LedgerEventKind.CancelAudience;
        var row = LedgerRow.Unpack(head, at, dissemination, endpoint, number, read ? body.ToArray() : default);
        onRow(sequence, entry, in row);
    }

    private void CheckHeads()
    {
        if (_nextHead >= _heads.Count) return;
        var (head, edge) = _heads[_nextHead];
        if (head.Size > Entries) return;
        if (head.Size < Entries || head.Size == 0) Break("head", head.Size, $"A head of {head.Size} entries is out of place.");
        _nextHead++;
        if (head.Root != Root || !_tree.Edge.SequenceEqual(edge)) Break("head", head.Size, $"The head of {head.Size} entries has another root: an entry under it was altered, dropped, added or moved.");
        if (head.Previous != _previous) Break("head", head.Size, $"The head before that of {head.Size} entries is missing or has been changed.");
        HeadLines.Add(head.Line);
        _newest = head;
        _previous = head.Sha256;
        Sealed = head.Size;
    }

    private static void Break(string code, long place, string sentence) => throw new AuditBreakException(new AuditFinding(code, place, sentence));
}

/// <summary>Ends a walk at the first break.</summary>
internal sealed class AuditBreakException : Exception
{
    public AuditBreakException(AuditFinding finding) : base(finding.Sentence) => Finding = finding;

    public AuditBreakException() : this(new AuditFinding("", 0, "")) { }

    public AuditBreakException(string message) : this(new AuditFinding("", 0, message)) { }

    public AuditBreakException(string message, Exception innerException) : base(message, innerException) => Finding = new AuditFinding("", 0, message);

    public AuditFinding Finding { get; }
}
