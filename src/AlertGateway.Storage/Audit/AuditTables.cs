using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>Reads the audit's two tables.</summary>
internal static class AuditTables
{
    private const string HeadColumns = "SELECT size,at,root,previous,signature,edge FROM head ";

    public delegate void OnLeaf(ReadOnlySpan<byte> hash);

    public static AuditHead? NewestHead(sqlite3 database, out byte[] edge)
    {
        AuditHead? newest = null;
        byte[] newestEdge = [];
        ReadHeads(database, HeadColumns + "ORDER BY size DESC LIMIT 1", 0, (head, itsEdge) => (newest, newestEdge) = (head, itsEdge));
        edge = newestEdge;
        return newest;
    }

    /// <summary>Heads of more than <paramref name="size"/> entries, in order.</summary>
    public static void HeadsAfter(sqlite3 database, long size, Action<AuditHead, byte[]> onHead) => ReadHeads(database, HeadColumns + "WHERE size>? ORDER BY size", size, onHead);

    public static AuditHead? HeadOf(sqlite3 database, long size)
    {
        AuditHead? found = null;
        ReadHeads(database, HeadColumns + "WHERE size=?", size, (head, _) => found = head);
        return found;
    }

    /// <summary>The tree that an edge describes, when it has the head's root; else null.</summary>
    public static MerkleTree? TreeOf(AuditHead head, byte[] edge)
    {
        if (head.Size < 0 || edge.Length != System.Numerics.BitOperations.PopCount((ulong)head.Size) * MerkleTree.HashBytes) return null;
        var tree = MerkleTree.FromEdge(head.Size, edge);
        Span<byte> root = stackalloc byte[MerkleTree.HashBytes];
        tree.Root(root);
        return Convert.ToHexStringLower(root) == head.Root ? tree : null;
    }

    /// <exception cref="LedgerException">A leaf is missing or has no hash.</exception>
    public static void ReadLeaves(sqlite3 database, long from, OnLeaf onLeaf)
    {
        using var select = Prepare(database, "SELECT n,hash FROM leaf WHERE n>=? ORDER BY n");
        raw.sqlite3_bind_int64(select, 1, from);
        for (long expected = from; Next(database, select); expected++)
        {
            var hash = raw.sqlite3_column_blob(select, 1);
            if (raw.sqlite3_column_int64(select, 0) != expected || hash.Length != MerkleTree.HashBytes) throw new LedgerException($"Audit entry {expected} is missing or has been changed.");
            onLeaf(hash);
        }
    }

    /// <summary>The last row of the entries before number <paramref name="size"/>.</summary>
    /// <exception cref="LedgerException">The last of them is missing or ends no commit.</exception>
    public static long LastRowUnder(sqlite3 database, long size)
    {
        if (size == 0) return 0;
        long row = Count(database, "SELECT ifnull((SELECT first+rows-1 FROM leaf WHERE n=? AND kind=1),-1)", size - 1);
        return row > 0 ? row : throw new LedgerException($"Audit entry {size - 1} is missing or has been changed.");
    }

    public static long Count(sqlite3 database, string sql, long parameter)
    {
        using var select = Prepare(database, sql);
        raw.sqlite3_bind_int64(select, 1, parameter);
        return Next(database, select) ? raw.sqlite3_column_int64(select, 0) : 0;
    }

    public static sqlite3_stmt Prepare(sqlite3 database, string sql)
    {
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, sql, out sqlite3_stmt statement), database, "prepare");
        return statement;
    }

    public static bool Next(sqlite3 database, sqlite3_stmt statement)
    {
        int step = raw.sqlite3_step(statement);
        if (step == raw.SQLITE_ROW) return true;
        SqliteCalls.Check(step, database, "read");
        return false;
    }

    private static void ReadHeads(sqlite3 database, string sql, long parameter, Action<AuditHead, byte[]> onHead)
    {
        using var select = Prepare(database, sql);
        if (raw.sqlite3_bind_parameter_count(select) > 0) raw.sqlite3_bind_int64(select, 1, parameter);
        while (Next(database, select))
        {
            var head = new AuditHead
            {
                Size = raw.sqlite3_column_int64(select, 0), AtTicks = raw.sqlite3_column_int64(select, 1), Root = raw.sqlite3_column_text(select, 2).utf8_to_string(),
                Previous = raw.sqlite3_column_text(select, 3).utf8_to_string(), Signature = raw.sqlite3_column_text(select, 4).utf8_to_string(),
            };
            onHead(head, raw.sqlite3_column_blob(select, 5).ToArray());
        }
    }
}
