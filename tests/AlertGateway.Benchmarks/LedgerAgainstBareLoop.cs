using System.Diagnostics;
using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Benchmarks;

/// <summary>The ledger beside a bare raw-bind SQLite loop: same columns but check sum and predecessor, same batches, same disk, in turns.</summary>
internal static class LedgerAgainstBareLoop
{
    public static (double Ledger, double Bare) Run(int rows, int batch, int alternations)
    {
        var ledger = new List<double>();
        var bare = new List<double>();
        for (int i = 0; i < alternations; i++)
        {
            ledger.Add(Timed(rows, folder => Ledger(folder, rows, batch)));
            bare.Add(Timed(rows, folder => Bare(folder, rows, batch)));
        }
        return (Median(ledger), Median(bare));
    }

    private static void Ledger(string folder, int rows, int batch)
    {
        using var ledger = SqliteLedger.Open(Path.Combine(folder, "ledger.db"));
        var events = new LedgerEvent[batch];
        for (int done = 0; done < rows; done += batch)
        {
            for (int i = 0; i < batch; i++) events[i] = new LedgerEvent { Kind = LedgerEventKind.Started, AtTicks = done, DisseminationNo = 1, EndpointNo = done + i, Channel = 1, Attempt = 1 };
            ledger.AppendAsync(events).AsTask().GetAwaiter().GetResult();
        }
    }

    private static void Bare(string folder, int rows, int batch)
    {
        raw.sqlite3_open(Path.Combine(folder, "bare.db"), out sqlite3 database);
        using (database)
        {
            raw.sqlite3_exec(database, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536; CREATE TABLE event(seq INTEGER PRIMARY KEY, head INTEGER, at INTEGER, dissemination INTEGER, endpoint INTEGER, number INTEGER, body BLOB)");
            raw.sqlite3_prepare_v2(database, "INSERT INTO event VALUES(?,?,?,?,?,?,?)", out sqlite3_stmt insert);
            using (insert)
            {
                for (int done = 0; done < rows; done += batch)
                {
                    raw.sqlite3_exec(database, "BEGIN IMMEDIATE");
                    for (int i = 0; i < batch; i++)
                    {
                        raw.sqlite3_bind_int64(insert, 1, done + i + 1);
                        raw.sqlite3_bind_int64(insert, 2, 20);
                        raw.sqlite3_bind_int64(insert, 3, done);
                        raw.sqlite3_bind_int(insert, 4, 1);
                        raw.sqlite3_bind_int(insert, 5, done + i);
                        raw.sqlite3_bind_int64(insert, 6, 0);
                        raw.sqlite3_bind_null(insert, 7);
                        raw.sqlite3_step(insert);
                        raw.sqlite3_reset(insert);
                    }
                    raw.sqlite3_exec(database, "COMMIT");
                }
            }
        }
    }

    private static double Timed(int rows, Action<string> run)
    {
        string folder = Directory.CreateTempSubdirectory("agw-bench-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            run(folder);
            return rows / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
