using System.Runtime.InteropServices;
using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>
/// The one statement that is run for every row. Its parameters are bound through SQLite's own entry points: the wrapper counts the statement's handle up and down at each of them, which is a tenth of a row's cost. The ledger's writer is its only user.
/// </summary>
internal sealed unsafe partial class RowInsert : IDisposable
{
    private const string Library = "e_sqlite3";
    private const string Sql = "INSERT INTO event(seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,body) VALUES(?1,?2,0,0,?3,?4,?5,?6,?7,?8,?9)";

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    public RowInsert(sqlite3 database)
    {
        _database = database;
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, Sql, out _statement), database, "prepare");
        _handle = _statement.DangerousGetHandle(); // stays open as long as this object does
    }

    /// <exception cref="LedgerException">The disk is full or failed.</exception>
    public void Run(long sequence, long head, in LedgerEvent e)
    {
        long previous = sequence - 1;
        var body = e.Body.Span;
        int failed = BindInt64(_handle, 1, sequence) | BindInt64(_handle, 2, previous) | BindInt64(_handle, 3, head) | BindInt64(_handle, 4, e.AtTicks) | BindInt64(_handle, 5, e.DisseminationNo)
            | BindInt64(_handle, 6, e.EndpointNo) | BindInt64(_handle, 7, e.Number) | BindInt64(_handle, 8, LedgerRow.Checksum(sequence, previous, 0, 0, head, e.AtTicks, e.DisseminationNo, e.EndpointNo, e.Number, body));
        try
        {
            int step;
            fixed (byte* bytes = body)
            {
                // Not copied: the body lies still until the statement has run.
                if (!body.IsEmpty) failed |= BindBlob(_handle, 9, bytes, body.Length, 0);
                if (failed != raw.SQLITE_OK) throw new LedgerException($"A row could not be bound (code {failed}).");
                step = Step(_handle);
            }
            if (Reset(_handle) != raw.SQLITE_OK || step != raw.SQLITE_DONE) SqliteCalls.Check(step, _database, "insert");
        }
        finally
        {
            // Whatever came of it: a row without a body must not find this one's.
            if (!body.IsEmpty) _ = BindNull(_handle, 9);
        }
    }

    public void Dispose() => _statement.Dispose();

    // A bind only writes into the statement's memory; the connection belongs to one thread.
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    private static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    private static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlob(nint statement, int index, byte* bytes, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    private static partial int Reset(nint statement);
}
