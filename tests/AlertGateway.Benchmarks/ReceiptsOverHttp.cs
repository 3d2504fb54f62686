using System.Diagnostics;
using System.Globalization;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Benchmarks;

/// <summary>
/// Signed status callbacks over loopback HTTP, each verified, judged, made durable and folded before it is answered, beside a Kestrel endpoint that reads the same bytes and answers 204: one source, a process of its own, the same connections, in turns. And what
/// sends of another warning, paced at 2,000/s notice of it: from the instant in which an attempt is taken to its hand-over, its Started row durable in between.
/// </summary>
internal sealed class ReceiptsOverHttp(int receipts, int connections)
{
    private const int PacedPerSecond = 2_000;

    // The source stands for a provider with processors of its own: where the gateway wants one too, it comes last, beside the bare endpoint as well.
    private const string Nice = "/usr/bin/nice";

    public IEnumerable<string> Table(int alternations)
    {
        yield return "| signed callbacks | connections | gateway receipts/s | bare Kestrel answers/s | ratio |";
        yield return "|---|---|---|---|---|";
        List<double> gateway = [], bare = [];
        // Once unmeasured: a gateway's code was compiled long ago when the receipts of a city come.
        GatewayAsync(null).GetAwaiter().GetResult();
        BareAsync().GetAwaiter().GetResult();
        for (int i = 0; i < alternations; i++)
        {
            gateway.Add(GatewayAsync(null).GetAwaiter().GetResult());
            bare.Add(BareAsync().GetAwaiter().GetResult());
        }
        yield return FormattableString.Invariant($"| {receipts:N0} | {connections} | {Median(gateway):N0} | {Median(bare):N0} | {Median(gateway) / Median(bare):0.00} |");
        yield return "";
        yield return FormattableString.Invariant($"| sends paced at {PacedPerSecond:N0}/s | sends | median | p99 |");
        yield return "|---|---|---|---|";
        List<double[]> alone = [], beside = [];
        double rate = 0;
        for (int i = 0; i < alternations; i++)
        {
            alone.Add(PacedAsync().GetAwaiter().GetResult());
            var sends = new List<double>();
            rate = GatewayAsync(sends).GetAwaiter().GetResult();
            beside.Add([.. sends.Order()]);
        }
        double[] before = alone.OrderBy(a => At(a, 0.99)).ElementAt(alternations / 2), during = beside.OrderBy(a => At(a, 0.99)).ElementAt(alternations / 2);
        yield return FormattableString.Invariant($"| alone | {before.Length:N0} | {At(before, 0.5):0.0} ms | {At(before, 0.99):0.0} ms |");
        yield return FormattableString.Invariant($"| beside {rate:N0} receipts/s | {during.Length:N0} | {At(during, 0.5):0.0} ms | {At(during, 0.99):0.0} ms ({At(during, 0.99) / At(before, 0.99):0.0} times) |");
    }

    private async Task<double> GatewayAsync(List<double>? sends)
    {
        using var city = new WholeCity(receipts);
        int no = city.Open();
        ReceiptsFolded.Accept(city.Ledger, no, receipts);
        string folder = Directory.CreateTempSubdirectory("agw-bench-").FullName;
        try
        {
            await using var server = await ReceiptServer.OfGatewayAsync(city.Room, ReceiptServer.WriteToken(folder));
            using var source = await SourceAsync(server.Url, no);
            using var stop = new CancellationTokenSource();
            var paced = sends is null ? Task.FromResult<double[]>([]) : Task.Run(() => PacedAsync(city, stop.Token));
            double rate = await GoAsync(source);
            await stop.CancelAsync();
            sends?.AddRange(await paced);
            return city.Room.Find(no)!.Channels[0].Delivered == receipts ? rate : throw new InvalidOperationException("Not every receipt was folded.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<double> BareAsync()
    {
        await using var server = await ReceiptServer.BareAsync();
        using var source = await SourceAsync(server.Url, 1);
        double rate = await GoAsync(source);
        return server.Answered == receipts ? rate : throw new InvalidOperationException("Not every callback was answered.");
    }

    /// <summary>For five seconds, with nothing beside.</summary>
    private async Task<double[]> PacedAsync()
    {
        using var city = new WholeCity(receipts);
        ReceiptsFolded.Accept(city.Ledger, city.Open(), receipts);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        return await PacedAsync(city, stop.Token);
    }

    /// <summary>A second warning of the same city, so many a second, until the token says stop. Milliseconds from taking to handing over, ascending.</summary>
    private static async Task<double[]> PacedAsync(WholeCity city, CancellationToken stop)
    {
        var channel = new TimedChannel();
        var options = new LaneOptions { Slots = 256, Window = 512, RatePerSecond = PacedPerSecond, ReceiptTimeout = TimeSpan.FromHours(24) };
        var lane = new Lane([new ChannelRoute(channel)], options, city.Room, city.Ledger, (endpoints, addresses) => addresses[..endpoints.Length].Fill("+8612000000000"u8.ToArray()), city.Town, TimeProvider.System, NullLogger.Instance);
        city.Open("demo-2");
        await lane.RunAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return channel.Sorted();
    }

    /// <summary>A source that has signed its callbacks and waits for the word.</summary>
    private async Task<Process> SourceAsync(Uri server, int no)
    {
        string[] command = [Environment.ProcessPath!, "receipt-source", server.ToString(), Text(no), Text(receipts), Text(connections)];
        if (File.Exists(Nice)) command = [Nice, "-n", "15", .. command];
        var source = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return await source.StandardOutput.ReadLineAsync() == ReceiptSource.Ready ? source : throw new InvalidOperationException("The source of receipts did not start.");
    }

    private static async Task<double> GoAsync(Process source)
    {
        await source.StandardInput.WriteLineAsync();
        string rate = await source.StandardOutput.ReadToEndAsync();
        await source.WaitForExitAsync();
        return source.ExitCode == 0 ? double.Parse(rate, CultureInfo.InvariantCulture) : throw new InvalidOperationException("The source of receipts failed: " + rate);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double At(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * share) - 1, 0, sorted.Length - 1)];

    /// <summary>A provider that takes everything at once and writes down how long ago the attempt was taken.</summary>
    private sealed class TimedChannel : IChannel
    {
        private readonly List<double> _milliseconds = [];

        public ChannelKind Kind => ChannelKind.Sms;

        public AdapterClass Class => AdapterClass.Queryable;

        public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
        {
            double waited = TimeSpan.FromTicks(TimeProvider.System.GetUtcNow().UtcTicks - delivery.StartedTicks).TotalMilliseconds;
            lock (_milliseconds) _milliseconds.Add(waited);
            return new(DispatchOutcome.Accepted());
        }

        public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));

        public double[] Sorted()
        {
            lock (_milliseconds) return [.. _milliseconds.Order()];
        }
    }
}
