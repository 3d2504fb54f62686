using System.Globalization;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Tests.Audit;

/// <summary>Alters one thing of a closed log, chosen by a number, asks the verifier, and takes the alteration back. Works inside a transaction that is never committed.</summary>
internal sealed class Alterations : IDisposable
{
    private static readonly string[] EventFields = ["seq", "prev", "shard", "fence", "head", "at", "dissemination", "endpoint", "number", "crc", "body"];
    private static readonly string[] LeafFields = ["n", "kind", "first", "rows", "hash"];
    private static readonly string[] HeadFields = ["size", "at", "root", "edge", "previous", "signature"];

    private readonly sqlite3 _database;
    private readonly string _publicPem;
    private readonly string _witness;
    private readonly long _rows;
    private readonly long _leaves;
    private readonly long[] _heads;

    public Alterations(AuditedLog log)
    {
        (_publicPem, _witness) = (log.PublicPem, File.ReadAllText(log.Witness));
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(log.Ledger, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null));
        Run("PRAGMA cache_size=-262144");
        (_rows, _leaves) = (Number("SELECT max(seq) FROM event"), Number("SELECT count(*) FROM leaf"));
        _heads = [.. _witness.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => AuditHead.Parse(l)!.Size)];
    }

    /// <summary>True when the verifier found it; what was done.</summary>
    public (bool Found, string Done) Try(int number)
    {
        var random = new Random(number);
        string witness = _witness;
        string done;
        Run("BEGIN");
        try
        {
            switch (random.Next(4))
            {
                case 0:
                    done = AlterRow(random);
                    break;
                case 1:
                    done = AlterLeaf(random);
                    break;
                case 2:
                    done = AlterHead(random);
                    break;
                default:
                    (witness, done) = AlterWitness(random);
                    break;
            }
            var report = AuditVerifier.Verify(_database, _publicPem, () => witness, tailMayBeOpen: false, null);
            return (report.Findings.Count > 0, $"{number}: {done}: {string.Join("; ", report.Findings.Select(f => f.Sentence))}");
        }
        finally
        {
            Run("ROLLBACK");
        }
    }

    public void Dispose() => _database.Dispose();

    private string AlterRow(Random random)
    {
        long row = random.NextInt64(1, _rows + 1), other = random.NextInt64(1, _rows + 1);
        switch (random.Next(6))
        {
            case 0 or 1:
                string field = EventFields[random.Next(EventFields.Length)];
                Change("event", field, "seq", row, random, isBlob: field == "body");
                return $"row {row} {field}";
            case 2:
                Run($"DELETE FROM event WHERE seq={row}");
                return $"row {row} dropped";
            case 3:
                if (row == other) other = row % _rows + 1;
                Run($"UPDATE event SET seq=-1 WHERE seq={row}; UPDATE event SET seq={row} WHERE seq={other}; UPDATE event SET seq={other} WHERE seq=-1");
                return $"rows {row} and {other} exchanged";
            case 4:
                // A forger who knows the check sum.
                Run($"UPDATE event SET number=number+1+abs(random()%1000) WHERE seq={row}");
                FixChecksum(row);
                return $"row {row} forged with its check sum";
            default:
                // A forger who appends.
                Run($"INSERT INTO event SELECT {_rows + 1},{_rows},shard,fence,head,at,dissemination,endpoint,number,crc,body FROM event WHERE seq={row}");
                FixChecksum(_rows + 1);
                return "a row appended";
        }
    }

    private string AlterLeaf(Random random)
    {
        long leaf = random.NextInt64(0, _leaves), other = random.NextInt64(0, _leaves);
        switch (random.Next(5))
        {
            case 0 or 1:
                string field = LeafFields[random.Next(LeafFields.Length)];
                Change("leaf", field, "n", leaf, random, isBlob: field == "hash");
                return $"entry {leaf} {field}";
            case 2:
                Run($"DELETE FROM leaf WHERE n={leaf}");
                return $"entry {leaf} dropped";
            case 3:
                if (leaf == other) other = (leaf + 1) % _leaves;
                Run($"UPDATE leaf SET n=-1 WHERE n={leaf}; UPDATE leaf SET n={leaf} WHERE n={other}; UPDATE leaf SET n={other} WHERE n=-1");
                return $"entries {leaf} and {other} exchanged";
            default:
                // Cut as a careful forger would: the newest rows with their entries and heads, so that all that is left agrees.
                long size = _heads[random.Next(_heads.Length - 1)];
                Run($"DELETE FROM head WHERE size>{size}; DELETE FROM leaf WHERE n>={size}; DELETE FROM event WHERE seq>(SELECT max(first+rows-1) FROM leaf)");
                return $"log cut to {size} entries";
        }
    }

    private string AlterHead(Random random)
    {
        long head = _heads[random.Next(_heads.Length)];
        switch (random.Next(4))
        {
            case 0 or 1:
                string field = HeadFields[random.Next(HeadFields.Length)];
                if (field is "root" or "previous" or "signature")
                {
                    string text = Text($"SELECT {field} FROM head WHERE size={head}");
                    int at = random.Next(text.Length);
                    char changed = (char)random.Next(48, 123);
                    if (changed == text[at]) changed++;
                    Run($"UPDATE head SET {field}='{(text[..at] + changed + text[(at + 1)..]).Replace("'", "''", StringComparison.Ordinal)}' WHERE size={head}");
                }
                else
                {
                    Change("head", field, "size", head, random, isBlob: field == "edge");
                }
                return $"head {head} {field}";
            case 2:
                Run($"DELETE FROM head WHERE size={head}");
                return $"head {head} dropped";
            default:
                Run($"INSERT OR REPLACE INTO head SELECT {head - 1},at,root,edge,previous,signature FROM head WHERE size={head}");
                return $"head of {head - 1} made up";
        }
    }

    private (string Witness, string Done) AlterWitness(Random random)
    {
        string[] lines = _witness[..^1].Split('\n');
        int line = random.Next(lines.Length), other = random.Next(lines.Length);
        switch (random.Next(5))
        {
            case 0 or 1:
                int at = random.Next(_witness.Length);
                char changed = (char)random.Next(9, 127);
                if (changed == _witness[at]) changed++;
                return (_witness[..at] + changed + _witness[(at + 1)..], $"witness character {at}");
            case 2:
                return (string.Join('\n', lines.Where((_, i) => i != line)) + "\n", $"witness line {line + 1} dropped");
            case 3:
                if (line == other) other = (line + 1) % lines.Length;
                (lines[line], lines[other]) = (lines[other], lines[line]);
                return (string.Join('\n', lines) + "\n", $"witness lines {line + 1} and {other + 1} exchanged");
            default:
                int cut = random.Next(_witness.Length);
                return (_witness[..cut], $"witness cut to {cut} characters");
        }
    }

    /// <summary>Sets a field to another value: numbers by adding, bytes by flipping one bit, or by making bytes where there were none.</summary>
    private void Change(string table, string field, string key, long place, Random random, bool isBlob)
    {
        if (isBlob)
        {
            byte[] blob = Blob($"SELECT {field} FROM {table} WHERE {key}={place}");
            if (blob.Length == 0) blob = [(byte)random.Next(256)];
            else blob[random.Next(blob.Length)] ^= (byte)(1 << random.Next(8));
            Run($"UPDATE {table} SET {field}=x'{Convert.ToHexString(blob)}' WHERE {key}={place}");
            return;
        }
        long by = random.Next(3) switch { 0 => 1L << random.Next(40), 1 => -(1L << random.Next(40)), _ => random.NextInt64(1, 1 << 20) };
        Run($"UPDATE OR REPLACE {table} SET {field}={field}+({by.ToString(CultureInfo.InvariantCulture)}) WHERE {key}={place}");
    }

    private void FixChecksum(long row)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(_database, $"SELECT seq,prev,shard,fence,head,at,dissemination,endpoint,number,body FROM event WHERE seq={row}", out sqlite3_stmt select));
        uint crc;
        using (select)
        {
            Assert.Equal(raw.SQLITE_ROW, raw.sqlite3_step(select));
            crc = LedgerRow.Checksum(raw.sqlite3_column_int64(select, 0), raw.sqlite3_column_int64(select, 1), raw.sqlite3_column_int(select, 2), raw.sqlite3_column_int64(select, 3), raw.sqlite3_column_int64(select, 4),
                raw.sqlite3_column_int64(select, 5), raw.sqlite3_column_int(select, 6), raw.sqlite3_column_int(select, 7), raw.sqlite3_column_int64(select, 8), raw.sqlite3_column_blob(select, 9));
        }
        Run($"UPDATE event SET crc={crc} WHERE seq={row}");
    }

    private byte[] Blob(string sql) => Read(sql, s => raw.sqlite3_column_blob(s, 0).ToArray());

    private string Text(string sql) => Read(sql, s => raw.sqlite3_column_text(s, 0).utf8_to_string());

    private long Number(string sql) => Read(sql, s => raw.sqlite3_column_int64(s, 0));

    private T Read<T>(string sql, Func<sqlite3_stmt, T> value)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt select));
        using (select)
        {
            Assert.Equal(raw.SQLITE_ROW, raw.sqlite3_step(select));
            return value(select);
        }
    }

    private void Run(string sql) => Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(_database, sql));
}
