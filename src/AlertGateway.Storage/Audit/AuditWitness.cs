using System.Text;
using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>
/// Keeps a copy of every signed head in a file that should lie on another medium or machine: without it nobody can tell that the end of a log was cut off. Follows the ledger file on a thread of its own, so a slow or absent
/// witness delays nothing; what it missed it writes later. Never rewrites a line.
/// </summary>
public sealed class AuditWitness : IDisposable
{
    /// <summary>First line: the public key, so that a log signed with another key does not pass.</summary>
    public const string KeyMark = "agw-audit 1 ";

    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(5);

    private readonly string _ledgerPath;
    private readonly string _path;
    private readonly string _keyLine;
    private readonly AutoResetEvent _signal = new(false);
    private readonly Thread _thread;
    private volatile bool _stop;
    private long _written = -1;
    private long _good; // bytes of the file that are known to be whole
    private bool _torn; // a write failed: what lies behind them is not

    internal AuditWitness(string ledgerPath, string path, string publicPem)
    {
        (_ledgerPath, _path, _keyLine) = (ledgerPath, path, KeyLine(publicPem));
        _thread = new Thread(Run) { IsBackground = true, Name = "audit-witness" };
        _thread.Start();
    }

    /// <summary>Why the witness file does not follow; null while it does.</summary>
    public string? Trouble { get; private set; }

    public static string KeyLine(string publicPem)
    {
        ArgumentNullException.ThrowIfNull(publicPem);
        return KeyMark + string.Concat(publicPem.Split('\n').Where(l => !l.StartsWith("-----", StringComparison.Ordinal)).Select(l => l.Trim()));
    }

    /// <summary>A new head is durable.</summary>
    internal void Pulse() => _signal.Set();

    public void Dispose()
    {
        _stop = true;
        _signal.Set();
        if (_thread.Join(StopWait)) _signal.Dispose();
    }

    private void Run()
    {
        bool last;
        do
        {
            _signal.WaitOne();
            last = _stop;
            try
            {
                Follow();
                Trouble = null;
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or LedgerException)
            {
                Trouble = ex.Message;
            }
        }
        while (!last);
    }

    private void Follow()
    {
        using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        SqliteCalls.Check(raw.sqlite3_open_v2(_ledgerPath, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            if (_torn)
            {
                if (file.Length > _good) file.SetLength(_good);
                _torn = false;
            }
            if (_written < 0) _written = Resume(file, database);
            var lines = new StringBuilder();
            long size = _written;
            AuditTables.HeadsAfter(database, size, (head, _) =>
            {
                lines.Append(head.Line).Append('\n');
                size = head.Size;
            });
            if (lines.Length == 0) return;
            _good = file.Seek(0, SeekOrigin.End);
            _torn = true;
            file.Write(Encoding.ASCII.GetBytes(lines.ToString()));
            file.Flush(flushToDisk: true);
            (_torn, _written) = (false, size);
        }
    }

    /// <summary>Size of the last head in the file; writes the key's line into an empty one.</summary>
    private long Resume(FileStream file, sqlite3 database)
    {
        using var reader = new StreamReader(file, Encoding.ASCII, leaveOpen: true);
        string text = reader.ReadToEnd();
        int whole = text.LastIndexOf('\n') + 1;
        if (whole < text.Length) file.SetLength(whole); // The crash of a write: half a line.
        string[] lines = text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            file.Write(Encoding.ASCII.GetBytes(_keyLine + "\n"));
            return 0;
        }
        if (lines[0] != _keyLine) throw new LedgerException($"The audit witness {_path} belongs to another key: it is left as it is.");
        if (lines.Length == 1) return 0;
        if (AuditHead.Parse(lines[^1]) is not { } last) throw new LedgerException($"The last line of the audit witness {_path} has been changed: it is left as it is.");
        return AuditTables.HeadOf(database, last.Size)?.Line == last.Line ? last.Size : throw new LedgerException($"The audit witness {_path} holds a signed head of {last.Size} entries that the log does not: the log was cut or replaced.");
    }
}
