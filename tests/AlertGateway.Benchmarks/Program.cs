using System.Globalization;
using System.Runtime.InteropServices;
using AlertGateway.Benchmarks;

// dotnet run -c Release --project tests/AlertGateway.Benchmarks -- ledger | handoff [messages [alternations [row]]] | receipts [deliveries] | receipts-http [receipts] | cost [deliveries …] | cap CORPUS | audio CONFIG — prints a Markdown table; results/ keeps the committed ones.
if (args is ["receipt-source", var url, var dissemination, var count, var sockets]) // the other side of receipts-http
{
    Console.Write((await ReceiptSource.RunAsync(new Uri(url), int.Parse(dissemination, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture), int.Parse(sockets, CultureInfo.InvariantCulture))).ToString(CultureInfo.InvariantCulture));
    return 0;
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Machine: {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, load before the first run {LoadAverage()}"));
Console.WriteLine();
switch (args.FirstOrDefault() ?? "ledger")
{
    case "ledger":
        Console.WriteLine("| rows a commit | ledger rows/s (median) | bare SQLite loop rows/s (median) | ratio |");
        Console.WriteLine("|---|---|---|---|");
        foreach (int batch in (int[])[100, 1_000, 10_000])
        {
            var (ledger, bare) = LedgerAgainstBareLoop.Run(rows: 300_000, batch, alternations: 5);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {batch:N0} | {ledger:N0} | {bare:N0} | {ledger / bare:0.00} |"));
        }
        return 0;
    case "handoff":
        int messages = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60_000;
        int alternations = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        string emulator = Path.Combine(AppContext.BaseDirectory, "..", "..", "SmsProvider", "release", "agw-smsprovider");
        Console.WriteLine("| transport | slots | W | signed callbacks | gateway SMS/s | bare HttpClient loop SMS/s | ratio | CPU a message, gateway side | CPU a message, bare | ledger rows a commit |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        (bool, int, int, bool)[] ways = [(false, 256, 512, false), (true, 256, 512, false), (true, 512, 1_024, false), (true, 256, 512, true), (true, 512, 1_024, true)];
        foreach (var (http2, slots, window, callbacks) in args.Length > 3 ? [ways[int.Parse(args[3], CultureInfo.InvariantCulture) - 1]] : ways)
        {
            var loop = new HandOffAgainstBareLoop(emulator, http2, slots, window, callbacks);
            var (gateway, bare, gatewayCpu, bareCpu) = loop.Run(messages, alternations);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| HTTP/{(http2 ? "2" : "1.1")} | {slots} | {window} | {(callbacks ? "two a message" : "none")} | {gateway:N0} | {bare:N0} | {gateway / bare:0.00} | {gatewayCpu:0} µs | {bareCpu:0} µs | {loop.RowsPerCommit:0} |"));
        }
        return 0;
    case "receipts":
        foreach (string line in ReceiptsFolded.Table(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000)) Console.WriteLine(line);
        return 0;
    case "receipts-http":
        foreach (string line in new ReceiptsOverHttp(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200_000, connections: 256).Table(alternations: 3)) Console.WriteLine(line);
        return 0;
    case "cost":
        foreach (string line in CostByCity.Table(args.Length > 1 ? [.. args.Skip(1).Select(a => int.Parse(a, CultureInfo.InvariantCulture))] : [100_000, 1_000_000, 5_000_000])) Console.WriteLine(line);
        return 0;
    case "audio" when args.Length == 2:
        foreach (string line in AudioCost.Table(args[1])) Console.WriteLine(line);
        return 0;
    case "cap":
        CapAgainstXmlReader.Run(args.Length > 1 ? args[1] : Path.Combine("tests", "corpus", "cap"), Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("ledger | handoff [MESSAGES [ALTERNATIONS [ROW]]] | receipts [DELIVERIES] | receipts-http [RECEIPTS] | cost [DELIVERIES …] | cap [CORPUS] | audio CONFIG");
        return 2;
}

static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
