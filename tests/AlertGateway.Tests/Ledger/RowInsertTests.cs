using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using SQLitePCL;

namespace AlertGateway.Tests.Ledger;

public sealed class RowInsertTests
{
    [Fact]
    public void A_row_that_failed_leaves_its_body_to_nobody()
    {
        AlertGateway.Storage.SqliteGate.Require();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(":memory:", out sqlite3 database));
        using (database)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, "CREATE TABLE event(seq INTEGER PRIMARY KEY, prev, shard, fence, head, at, dissemination, endpoint, number, crc, body BLOB)"));
            using var insert = new RowInsert(database);
            var row = new LedgerEvent { Kind = LedgerEventKind.Result, AtTicks = 1 };
            insert.Run(1, 21, in row);
            var withBody = row with { Body = "abc"u8.ToArray() };
            Assert.Throws<LedgerException>(() => insert.Run(1, 21, in withBody));
            insert.Run(2, 21, in row);
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(database, "SELECT count(*) FROM event WHERE body IS NULL", out sqlite3_stmt count));
            using (count)
            {
                Assert.Equal(raw.SQLITE_ROW, raw.sqlite3_step(count));
                Assert.Equal(2, raw.sqlite3_column_int(count, 0));
            }
        }
    }
}
