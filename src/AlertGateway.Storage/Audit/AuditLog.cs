using System.Diagnostics;
using System.Globalization;
using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>
/// The writing end of the audit log: leaves and signed heads in the ledger's own file and transaction, so that a row is never durable without its leaf. The ledger's writer is its only user. Not thread-safe.
/// </summary>
/// <remarks>
/// A head is signed with every decision, with the first commit that is a second younger than the oldest unsigned one (by this machine's clock, or by the rows' own stamps), and after <see cref="LeavesPerHeadMax"/> leaves or <see cref="RowsPerHeadMax"/>
/// rows; the ledger also asks for one when nothing has come for a second and when it closes. So nothing lies unsigned for more than two seconds, and what a start has to hash again is bounded.
/// </remarks>
internal sealed class AuditLog : IDisposable
{
    public const string Schema = """
        CREATE TABLE leaf(n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, first INTEGER NOT NULL, rows INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE TABLE head(size INTEGER PRIMARY KEY, at INTEGER NOT NULL, root TEXT NOT NULL, edge BLOB NOT NULL, previous TEXT NOT NULL, signature TEXT NOT NULL) STRICT;
        """;

    private const int LeavesPerHeadMax = 1_000;
    private const int RowsPerHeadMax = 250_000;
    private static readonly TimeSpan HeadEvery = TimeSpan.FromSeconds(1);

    private readonly sqlite3 _database;
    private readonly AuditKey _key;
    private readonly TimeProvider? _clock;
    private readonly sqlite3_stmt _insertLeaf;
    private readonly sqlite3_stmt _insertHead;
    private readonly AuditEntry _commit = new();
    private readonly AuditEntry _decision = new();
    private readonly MerkleTree _durable = new();
    private readonly MerkleTree _tree = new();
    private AuditHead? _durableHead;
    private AuditHead? _head;
    private long _first;
    private long _atTicks;
    private long _unsealedSince;
    private long _unsealedRows;
    private int _rows;
    private bool _decided;

    private AuditLog(sqlite3 database, AuditKey key, TimeProvider? clock)
    {
        (_database, _key, _clock) = (database, key, clock);
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, "INSERT INTO leaf(n,kind,first,rows,hash) VALUES(?,?,?,?,?)", out _insertLeaf), database, "prepare");
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, "INSERT INTO head(size,at,root,edge,previous,signature) VALUES(?,?,?,?,?,?)", out _insertHead), database, "prepare");
    }

    /// <summary>Leaves that no signed head covers yet.</summary>
    public long Unsealed => _durable.Size - (_durableHead?.Size ?? 0);

    /// <summary>The newest durable head.</summary>
    public AuditHead? Head => _durableHead;

    /// <summary>The open transaction holds a head that is not durable yet.</summary>
    public bool IsHeadNew => !ReferenceEquals(_head, _durableHead);

    /// <summary>Takes the log up from its newest head and the leaves behind it, which are hashed again from their rows.</summary>
    /// <param name="isNew">The ledger has no entries yet for the rows that are there.</param>
    /// <param name="clock">Its monotonic time tells when a head is due; null for the machine's.</param>
    /// <exception cref="LedgerException">Head, leaves, rows or key do not belong together; the message names the place.</exception>
    public static AuditLog Open(sqlite3 database, AuditKey key, bool isNew, TimeProvider? clock)
    {
        var log = new AuditLog(database, key, clock);
        try
        {
            if (!isNew) log.TakeUp();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public void Begin(long firstSequence, int rows)
    {
        (_first, _rows, _decided) = (firstSequence, rows, false);
        _commit.BeginCommit(firstSequence, rows);
    }

    public void Row(long sequence, long head, in LedgerEvent e)
    {
        var body = e.Body.Span;
        _commit.AddRow(sequence, 0, 0, head, e.AtTicks, e.DisseminationNo, e.EndpointNo, e.Number, body);
        // A receipt's time is the far side's, everything else is stamped by this machine: the head says when the newest of those was made.
        if (e.Kind != LedgerEventKind.Receipt) _atTicks = e.AtTicks;
        if (!AuditEntry.IsDecision(e.Kind)) return;
        _decided = true;
        _decision.BeginDecision();
        _decision.AddRow(sequence, 0, 0, head, e.AtTicks, e.DisseminationNo, e.EndpointNo, e.Number, body);
        Leaf(_decision, AuditEntryKind.Decision, sequence, 1);
    }

    /// <summary>Writes the commit's leaf, and a head when one is due.</summary>
    public void End()
    {
        if (_tree.Size == (_head?.Size ?? 0)) (_unsealedSince, _unsealedRows) = (Timestamp, 0);
        Leaf(_commit, AuditEntryKind.Commit, _first, _rows);
        _unsealedRows += _rows;
        bool isDue = _atTicks - (_head?.AtTicks ?? 0) >= HeadEvery.Ticks || Elapsed(_unsealedSince) >= HeadEvery;
        if (_decided || isDue || _unsealedRows >= RowsPerHeadMax || _tree.Size - (_head?.Size ?? 0) >= LeavesPerHeadMax) Seal();
    }

    /// <summary>Signs what is there. Inside a transaction of the caller's.</summary>
    public void Seal()
    {
        Span<byte> root = stackalloc byte[MerkleTree.HashBytes];
        _tree.Root(root);
        _head = _key.Sign(new AuditHead { Size = _tree.Size, AtTicks = _atTicks, Root = Convert.ToHexStringLower(root), Previous = _head?.Sha256 ?? AuditHead.NoPrevious, Signature = "" });
        raw.sqlite3_bind_int64(_insertHead, 1, _head.Size);
        raw.sqlite3_bind_int64(_insertHead, 2, _head.AtTicks);
        raw.sqlite3_bind_text(_insertHead, 3, _head.Root);
        raw.sqlite3_bind_blob(_insertHead, 4, _tree.Edge);
        raw.sqlite3_bind_text(_insertHead, 5, _head.Previous);
        raw.sqlite3_bind_text(_insertHead, 6, _head.Signature);
        Step(_insertHead);
    }

    /// <summary>The transaction is durable.</summary>
    public void Committed()
    {
        _durable.CopyFrom(_tree);
        _durableHead = _head;
    }

    /// <summary>The transaction was undone.</summary>
    public void RolledBack()
    {
        _tree.CopyFrom(_durable);
        _head = _durableHead;
    }

    public void Dispose()
    {
        _insertLeaf.Dispose();
        _insertHead.Dispose();
        _commit.Dispose();
        _decision.Dispose();
        _key.Dispose();
    }

    private void Leaf(AuditEntry entry, AuditEntryKind kind, long first, int rows)
    {
        Span<byte> hash = stackalloc byte[MerkleTree.HashBytes];
        entry.End(hash);
        raw.sqlite3_bind_int64(_insertLeaf, 1, _tree.Size);
        raw.sqlite3_bind_int(_insertLeaf, 2, (int)kind);
        raw.sqlite3_bind_int64(_insertLeaf, 3, first);
        raw.sqlite3_bind_int(_insertLeaf, 4, rows);
        raw.sqlite3_bind_blob(_insertLeaf, 5, hash);
        Step(_insertLeaf);
        _tree.Add(hash);
    }

    private void Step(sqlite3_stmt statement)
    {
        int step = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (step != raw.SQLITE_DONE) SqliteCalls.Check(step, _database, "write the audit log");
    }

    private void TakeUp()
    {
        _head = AuditTables.NewestHead(_database, out byte[] edge);
        if (_head is not null)
        {
            using var check = new AuditHeadCheck(_key.PublicPem);
            if (!check.IsSigned(_head)) throw new LedgerException("The newest audit head was not signed with the key of this installation, or has been changed. Put the right audit.key in place, or run «agw audit verify».");
            var sealedTree = AuditTables.TreeOf(_head, edge) ?? throw new LedgerException($"The audit head of {_head.Size.ToString(CultureInfo.InvariantCulture)} entries has been changed.");
            _tree.CopyFrom(sealedTree);
            _atTicks = _head.AtTicks;
        }
        CheckTail();
        _durable.CopyFrom(_tree);
        _durableHead = _head;
        _unsealedSince = Timestamp;
    }

    /// <summary>Nothing is signed that was not looked at: the entries behind the newest head are what their rows hash to, and end at the last row.</summary>
    private void CheckTail()
    {
        long leaves = AuditTables.Count(_database, "SELECT count(*) FROM leaf WHERE n>=?", _tree.Size);
        if (leaves > LeavesPerHeadMax) throw new LedgerException(string.Create(CultureInfo.InvariantCulture, $"{leaves} audit entries from number {_tree.Size} on have no signed head over them; a crash leaves at most {LeavesPerHeadMax}. The ledger is left as it is: run «agw audit verify»."));
        using var check = new AuditHeadCheck(_key.PublicPem);
        try
        {
            var walk = new AuditWalk(_database, check, null, _tree, AuditTables.LastRowUnder(_database, _tree.Size));
            long before = walk.Rows;
            walk.Run();
            _unsealedRows = walk.Rows - before;
        }
        catch (AuditBreakException ex)
        {
            throw new LedgerException(ex.Finding.Sentence + " The ledger is left as it is: run «agw audit verify».", ex);
        }
    }

    private long Timestamp => _clock?.GetTimestamp() ?? Stopwatch.GetTimestamp();

    private TimeSpan Elapsed(long since) => _clock?.GetElapsedTime(since) ?? Stopwatch.GetElapsedTime(since);
}
