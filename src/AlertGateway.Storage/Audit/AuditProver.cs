using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>What somebody outside needs to check one entry against a signed head, without the rest of the log.</summary>
/// <param name="Entry">Number of the leaf, from 0.</param>
/// <param name="FirstRow">First ledger row of the entry.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="LeafHash">SHA-256 over 0 and the entry.</param>
/// <param name="Path">Inclusion proof of RFC 9162 §2.1.3.</param>
/// <param name="Head">The newest signed head.</param>
public sealed record AuditProof(long Entry, AuditEntryKind Kind, long FirstRow, int Rows, byte[] LeafHash, IReadOnlyList<byte[]> Path, AuditHead Head);

/// <summary>Makes inclusion proofs from a ledger file.</summary>
public static class AuditProver
{
    /// <summary>Proof of the row's own entry when it is a decision, else of its commit's; null when no head covers it yet.</summary>
    /// <exception cref="LedgerException">The log cannot be read.</exception>
    public static AuditProof? Prove(string ledgerPath, long row)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(ledgerPath, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            if (AuditTables.NewestHead(database, out _) is not { } head) return null;
            using var find = AuditTables.Prepare(database, "SELECT n,kind,first,rows FROM leaf WHERE first<=?1 AND first+rows>?1 AND n<?2 ORDER BY n LIMIT 1");
            raw.sqlite3_bind_int64(find, 1, row);
            raw.sqlite3_bind_int64(find, 2, head.Size);
            if (!AuditTables.Next(database, find)) return null;
            long entry = raw.sqlite3_column_int64(find, 0);
            var kind = (AuditEntryKind)raw.sqlite3_column_int(find, 1);
            long first = raw.sqlite3_column_int64(find, 2);
            int rows = raw.sqlite3_column_int(find, 3);
            var leaves = new List<byte[]>();
            AuditTables.ReadLeaves(database, 0, hash =>
            {
                if (leaves.Count < head.Size) leaves.Add(hash.ToArray());
            });
            return new AuditProof(entry, kind, first, rows, leaves[(int)entry], MerkleProof.Inclusion(leaves, (int)entry), head);
        }
    }
}
