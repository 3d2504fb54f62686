using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AlertGateway.Core;
using AlertGateway.Core.Audit;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw audit verify</c> and <c>agw audit prove</c>. Exit 0: the log is whole and every send authorised; 1: it is not.</summary>
internal static class AuditCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Option<string?> Data = new("--data") { HelpName = "FOLDER", Description = "数据文件夹 · the data folder; default: of the settings" };

    public static Command Create() => new("audit", "审计 · the audit log") { Verify(), Prove() };

    private static Command Verify()
    {
        var witness = new Option<string?>("--witness") { HelpName = "FILE", Description = "见证文件 · the witness; default: of the settings" };
        var key = new Option<string?>("--key") { HelpName = "FILE", Description = "公钥 · the public key, best one kept elsewhere; default: audit.key.pub of the data folder" };
        var sends = new Option<string?>("--sends") { HelpName = "FILE", Description = "逐条写出每次发送的授权（CSV）· write who authorised each send" };
        var json = new Option<bool>("--json") { Description = "JSON" };
        var verify = new Command("verify", "核对账本未被改动，并说明每次发送由谁授权 · prove the log, and say who authorised each send") { Data, ServeCommands.Settings, witness, key, sends, json };
        verify.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            string data = Folder(parsed);
            string ledger = Path.Combine(data, "ledger.db"), publicKey = parsed.GetValue(key) ?? Path.Combine(data, "audit.key.pub");
            string witnessFile = parsed.GetValue(witness) ?? WitnessOf(parsed) ?? Path.Combine(data, "audit.witness");
            var trail = new AuthorityTrail();
            using var list = parsed.GetValue(sends) is { } file ? new StreamWriter(file) : null;
            list?.WriteLine("row,entry,at,dissemination,endpoint,channel,purpose,attempt,authority,author");
            var report = AuditVerifier.Verify(ledger, File.ReadAllText(publicKey), witnessFile, IsRunning(ledger), (long row, long entry, in LedgerEvent e) =>
            {
                trail.Fold(row, in e);
                if (list is not null && e.Kind == LedgerEventKind.Started) list.WriteLine(SendLine(row, entry, in e, trail.AuthorityOf(in e)));
            });
            AuditFinding[] findings = [.. report.Findings, .. trail.Findings];
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(new { whole = findings.Length == 0, report.Entries, report.Rows, report.Heads, @sealed = report.Sealed, report.Witnessed, report.Root, findings, sends = trail.Authorities.Select(View) }, Json));
            }
            else
            {
                foreach (var authority in trail.Authorities) output.WriteLine($"第 {authority.DisseminationNo} 号发布 dissemination {authority.DisseminationNo}：{authority.Sends} 次发送 sends — {Words(authority)}");
                foreach (var finding in findings) error.WriteLine($"✗ {finding.Code} {finding.Place.ToString(CultureInfo.InvariantCulture)}: {finding.Sentence}");
                output.WriteLine(findings.Length == 0 ? Whole(report) : "✗ 账本与审计不符。The log is not what it was.");
            }
            return findings.Length == 0 ? 0 : 1;
        });
        return verify;
    }

    private static string Whole(AuditReport report) => report.Sealed == report.Entries && report.Witnessed == report.Heads
        ? $"✓ {report.Entries} 条审计记录、{report.Rows} 行账本、{report.Heads} 个签名，与见证一致。{report.Entries} entries, {report.Rows} rows, {report.Heads} signed heads, as the witness has them."
        : $"✓ 网关正在写入：{report.Entries} 条审计记录中 {report.Sealed} 条已签名，{report.Heads} 个签名中见证已有 {report.Witnessed} 个，到此一致；{report.Rows} 行账本。The gateway is writing: {report.Sealed} of {report.Entries} entries are signed, {report.Witnessed} of {report.Heads} signed heads are in the witness, and so far they agree; {report.Rows} rows.";

    private static Command Prove()
    {
        var row = new Option<long>("--row") { Required = true, Description = "账本行号 · number of the ledger row" };
        var prove = new Command("prove", "给出一行的包含证明（RFC 9162）· the inclusion proof of a row, as JSON") { Data, ServeCommands.Settings, row };
        prove.SetAction(parsed =>
        {
            if (AuditProver.Prove(Path.Combine(Folder(parsed), "ledger.db"), parsed.GetValue(row)) is not { } proof)
            {
                parsed.InvocationConfiguration.Error.WriteLine("尚无覆盖该行的签名。No signed head covers this row.");
                return 1;
            }
            parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(new
            {
                proof.Entry, kind = proof.Kind == AuditEntryKind.Decision ? "decision" : "commit", proof.FirstRow, proof.Rows, leafHash = Convert.ToHexStringLower(proof.LeafHash), path = proof.Path.Select(p => Convert.ToHexStringLower(p)), head = proof.Head.Line,
            }, Json));
            return 0;
        });
        return prove;
    }

    private static string Folder(ParseResult parsed)
    {
        string folder = parsed.GetValue(Data) is { Length: > 0 } own ? Path.GetFullPath(own) : ServeCommands.DataFolder(parsed.GetValue(ServeCommands.Settings));
        return File.Exists(Path.Combine(folder, "ledger.db")) ? folder : throw new LedgerException($"没有账本 · there is no ledger in {folder}");
    }

    /// <summary>The witness of the settings, when the data folder is theirs too.</summary>
    private static string? WitnessOf(ParseResult parsed)
    {
        if (parsed.GetValue(Data) is { Length: > 0 }) return null;
        var configuration = new ConfigurationManager();
        Composition.GatewayConfiguration.Apply(configuration, parsed.GetValue(ServeCommands.Settings));
        string file = Composition.Gateway.ReadOptions(configuration).AuditWitnessFile;
        return file.Length > 0 ? Path.GetFullPath(file, Composition.GatewayConfiguration.Home()) : null;
    }

    private static bool IsRunning(string ledger)
    {
        if (!File.Exists(ledger + ".lock")) return false;
        try
        {
            using var free = new FileStream(ledger + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static object View(SendAuthority a) => new
    {
        a.DisseminationNo, a.ProposalNo, a.Sender, a.Identifier, author = a.Author is { } who ? new { who.Name, who.Official, who.PersonId } : null, a.Sends, a.ClearedRow, a.Hashes,
        signatures = a.Signatures.Select(s => new { s.PersonId, s.PersonName, role = s.Role.ToString(), at = At(s.AtTicks), s.Rule }),
        cancelledBy = a.CancelledBy is { } c ? new { c.PersonId, c.PersonName, c.Rule, c.Reason, row = a.CancelledRow } : null,
    };

    private static string Words(SendAuthority a) =>
        $"作者 author {a.Author?.Name ?? "?"}；" + string.Join("；", a.Signatures.Select(s => $"{s.Role} {s.PersonName} ({s.Rule}) {At(s.AtTicks)}")) + (a.CancelledBy is { } c ? $"；撤回 taken back by {c.PersonName} ({c.Rule})" : "");

    private static string SendLine(long row, long entry, in LedgerEvent e, SendAuthority? authority)
    {
        string by = authority is null ? "none" : string.Join("; ", authority.Signatures.Select(s => $"{s.Role} {s.PersonId} {s.PersonName} {s.Rule}"))
            + ((Purpose)e.Purpose is Purpose.Cancel or Purpose.Correction && authority.CancelledBy is { } c ? $"; Cancel {c.PersonId} {c.PersonName} {c.Rule}" : "");
        return string.Create(CultureInfo.InvariantCulture, $"{row},{entry},{At(e.AtTicks)},{e.DisseminationNo},{e.EndpointNo},{(ChannelKind)e.Channel},{(Purpose)e.Purpose},{e.Attempt},{Quoted(by)},{Quoted(authority?.Author?.Name ?? "")}");
    }

    private static string Quoted(string text) => "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static string At(long ticks) => new DateTime(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
