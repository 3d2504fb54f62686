using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Audit;

/// <summary>A closed ledger of a folder of its own, written through the real writer.</summary>
internal sealed class AuditedLog : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Ledger => Path.Combine(_folder.Path, "ledger.db");

    public string Witness => Path.Combine(_folder.Path, "audit.witness");

    public string PublicPem => File.ReadAllText(Path.Combine(_folder.Path, "audit.key.pub"));

    /// <summary>Commits of one to five rows, every seventh row a decision, until there are as many entries.</summary>
    public static AuditedLog OfMixedCommits(int entries, int seed = 1)
    {
        var log = new AuditedLog();
        var random = new Random(seed);
        long at = new DateTime(2026, 7, 5, 6, 0, 0, DateTimeKind.Utc).Ticks;
        using var ledger = log.Open();
        for (int written = 0, endpoint = 0; written < entries;)
        {
            var rows = new LedgerEvent[random.Next(1, 6)];
            for (int i = 0; i < rows.Length; i++)
            {
                at += random.Next(1, 2_000_000);
                bool decision = ++endpoint % 7 == 0;
                rows[i] = new LedgerEvent
                {
                    Kind = decision ? LedgerEventKind.Visited : (LedgerEventKind)random.Next(20, 23), AtTicks = at, DisseminationNo = 1 + random.Next(3), EndpointNo = endpoint, Channel = 1, Attempt = 1, Number = random.Next(),
                    Body = decision || random.Next(3) == 0 ? BitConverter.GetBytes(random.NextInt64()) : default,
                };
                if (decision) written++;
            }
            written++;
            ledger.AppendAsync(rows).AsTask().GetAwaiter().GetResult();
        }
        return log;
    }

    /// <summary>As many decisions, ten thousand a commit.</summary>
    public static AuditedLog OfDecisions(int entries)
    {
        const int Rows = 10_000;
        var log = new AuditedLog();
        using var ledger = log.Open();
        var rows = new LedgerEvent[Rows];
        for (int done = 0; done < entries; done += Rows)
        {
            for (int i = 0; i < Rows; i++) rows[i] = new LedgerEvent { Kind = LedgerEventKind.Visited, AtTicks = 638_000_000_000_000_000 + done + i, DisseminationNo = 1, EndpointNo = done + i + 1, Code = 6, Body = "{\"personId\":1,\"personName\":\"网格员\",\"rule\":\"warden\"}"u8.ToArray() };
            ledger.AppendAsync(rows).AsTask().GetAwaiter().GetResult();
        }
        return log;
    }

    public SqliteLedger Open() => SqliteLedger.Open(Ledger);

    public AuditReport Verify(bool tailMayBeOpen = false, AuditRowVisitor? onRow = null) => AuditVerifier.Verify(Ledger, PublicPem, Witness, tailMayBeOpen, onRow);

    public void Dispose() => _folder.Dispose();
}
