using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using AlertGateway.Benchmarks;

// dotnet run -c Release --project tests/AlertGateway.Benchmarks [audio CONFIG] — prints a Markdown table; results/ keeps the committed one.
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Machine: {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds:0} ms CPU before the first run"));
Console.WriteLine();
if (args is ["audio", var config])
{
    foreach (string line in AudioCost.Table(config)) Console.WriteLine(line);
    return;
}
Console.WriteLine("| rows a commit | ledger rows/s (median) | bare SQLite loop rows/s (median) | ratio |");
Console.WriteLine("|---|---|---|---|");
foreach (int batch in (int[])[100, 1_000, 10_000])
{
    var (ledger, bare) = LedgerAgainstBareLoop.Run(rows: 300_000, batch, alternations: 5);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {batch:N0} | {ledger:N0} | {bare:N0} | {ledger / bare:0.00} |"));
}
