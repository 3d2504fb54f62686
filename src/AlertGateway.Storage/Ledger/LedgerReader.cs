using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>Reads rows in order and checks each: sequence without gaps, predecessor, check sum.</summary>
internal static class LedgerReader
{
    private const int RowsPerBatch = 8_192;

    /// <exception cref="LedgerException">A row is missing, out of place or changed; the message names it.</exception>
    public static void Read(sqlite3 database, long fromSequence, long toSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, "SELECT seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,body FROM event WHERE seq>=? AND seq<=? ORDER BY seq", out sqlite3_stmt select), database, "prepare");
        using (select)
        {
            raw.sqlite3_bind_int64(select, 1, fromSequence);
            raw.sqlite3_bind_int64(select, 2, toSequence);
            var batch = new LedgerEvent[RowsPerBatch];
            int count = 0;
            long expected = Math.Max(1, fromSequence), batchFirst = expected;
            while (true)
            {
                int step = raw.sqlite3_step(select);
                if (step == raw.SQLITE_DONE) break;
                if (step != raw.SQLITE_ROW) SqliteCalls.Check(step, database, "read");
                batch[count++] = ReadRow(select, expected);
                expected++;
                if (count < RowsPerBatch) continue;
                onBatch(batchFirst, batch);
                batchFirst = expected;
                count = 0;
            }
            if (count > 0) onBatch(batchFirst, batch.AsSpan(0, count));
            if (expected != toSequence + 1 && toSequence >= fromSequence) throw new LedgerException($"The ledger ends at row {expected - 1}; row {toSequence} was expected.");
        }
    }

    /// <summary>Reads single rows, each checked.</summary>
    /// <exception cref="LedgerException">A row is missing or changed; the message names it.</exception>
    public static List<(long Sequence, LedgerEvent Row)> ReadRows(sqlite3 database, IReadOnlyCollection<long> sequences)
    {
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, "SELECT seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,body FROM event WHERE seq=?", out sqlite3_stmt select), database, "prepare");
        using (select)
        {
            var rows = new List<(long, LedgerEvent)>(sequences.Count);
            foreach (long sequence in sequences)
            {
                raw.sqlite3_bind_int64(select, 1, sequence);
                int step = raw.sqlite3_step(select);
                if (step == raw.SQLITE_DONE) throw new LedgerException($"Ledger row {sequence} is missing.");
                if (step != raw.SQLITE_ROW) SqliteCalls.Check(step, database, "read");
                rows.Add((sequence, ReadRow(select, sequence)));
                raw.sqlite3_reset(select);
            }
            return rows;
        }
    }

    private static LedgerEvent ReadRow(sqlite3_stmt select, long expected)
    {
        long sequence = raw.sqlite3_column_int64(select, 0), previous = raw.sqlite3_column_int64(select, 1);
        if (sequence != expected || previous != expected - 1) throw new LedgerException($"Ledger row {expected} is missing or out of place (found {sequence} after {previous}).");
        long head = raw.sqlite3_column_int64(select, 4), at = raw.sqlite3_column_int64(select, 5), number = raw.sqlite3_column_int64(select, 8);
        int dissemination = raw.sqlite3_column_int(select, 6), endpoint = raw.sqlite3_column_int(select, 7);
        var body = raw.sqlite3_column_blob(select, 10);
        uint crc = LedgerRow.Checksum(sequence, previous, raw.sqlite3_column_int(select, 2), raw.sqlite3_column_int64(select, 3), head, at, dissemination, endpoint, number, body);
        if (crc != (ulong)raw.sqlite3_column_int64(select, 9)) throw new LedgerException($"Ledger row {sequence} has been changed: its check sum does not match.");
        LedgerKinds.Require(sequence, (LedgerEventKind)(byte)head);
        return LedgerRow.Unpack(head, at, dissemination, endpoint, number, body.IsEmpty ? default : body.ToArray());
    }
}
