using System.Diagnostics;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Benchmarks;

/// <summary>
/// Receipts by the million from an in-process source: every one judged, made durable, folded, and only then answered. Three levels for each delivery, each level in another order of people; then every one of the last level once more,
/// which tells nothing new.
/// </summary>
internal static class ReceiptsFolded
{
    private const int Sources = 4;
    private const int Together = 512;

    // Another order of people on each level: primes share no factor with round numbers.
    private static readonly long[] Strides = [7_919, 7_919, 7_919, 104_729, 1_299_709, 15_485_863];

    public static IEnumerable<string> Table(int deliveries)
    {
        using var city = new WholeCity(deliveries);
        int no = city.Open();
        Accept(city.Ledger, no, deliveries);
        yield return "| receipts | deliveries | seconds | receipts/s | recorded | told nothing new |";
        yield return "|---|---|---|---|---|---|";
        Evidence[] levels = [Evidence.Delivered, Evidence.Presented, Evidence.Acknowledged];
        var watch = Stopwatch.StartNew();
        long recorded = levels.Sum(level => Report(city, no, deliveries, level));
        double seconds = watch.Elapsed.TotalSeconds;
        long receipts = (long)deliveries * levels.Length;
        yield return FormattableString.Invariant($"| {receipts:N0} new | {deliveries:N0} | {seconds:0.0} | {receipts / seconds:N0} | {recorded:N0} | {receipts - recorded:N0} |");
        watch.Restart();
        recorded = Report(city, no, deliveries, Evidence.Acknowledged);
        seconds = watch.Elapsed.TotalSeconds;
        yield return FormattableString.Invariant($"| {deliveries:N0} repeated | {deliveries:N0} | {seconds:0.0} | {deliveries / seconds:N0} | {recorded:N0} | {deliveries - recorded:N0} |");
        var counts = city.Room.Find(no)!.Channels[0];
        if (counts.Delivered != deliveries) throw new InvalidOperationException($"{counts.Delivered} of {deliveries} are delivered.");
    }

    private static long Report(WholeCity city, int no, int deliveries, Evidence level)
    {
        long recorded = 0;
        Task.WaitAll([.. Enumerable.Range(0, Sources).Select(source => Task.Run(async () =>
        {
            var waiting = new Task<ReceiptVerdict>[Together];
            for (long i = source * Together; i < deliveries; i += Sources * Together)
            {
                int count = (int)Math.Min(Together, deliveries - i);
                for (int j = 0; j < count; j++)
                {
                    int endpoint = (int)((i + j) * Strides[(int)level] % deliveries) + 1;
                    waiting[j] = city.Room.ReportAsync(new Receipt(new DeliveryTag(new DeliveryKey(no, endpoint, ChannelKind.Sms, Purpose.Original), 1), level, false, DispatchError.None, 0), CancellationToken.None).AsTask();
                }
                for (int j = 0; j < count; j++)
                {
                    if (await waiting[j].ConfigureAwait(false) == ReceiptVerdict.Recorded) Interlocked.Increment(ref recorded);
                }
            }
        }))]);
        return recorded;
    }

    public static void Accept(SqliteLedger ledger, int no, int deliveries)
    {
        for (int from = 1; from <= deliveries; from += 10_000)
        {
            int last = Math.Min(deliveries, from + 9_999);
            LedgerEvent Row(int endpoint, LedgerEventKind kind, byte code) => new() { Kind = kind, AtTicks = 1, DisseminationNo = no, EndpointNo = endpoint, Channel = (byte)ChannelKind.Sms, Attempt = 1, Code = code };
            ledger.AppendAsync(Enumerable.Range(from, last - from + 1).Select(e => Row(e, LedgerEventKind.Started, 0)).ToArray()).AsTask().GetAwaiter().GetResult();
            ledger.AppendAsync(Enumerable.Range(from, last - from + 1).Select(e => Row(e, LedgerEventKind.Result, (byte)ResultCode.Accepted)).ToArray()).AsTask().GetAwaiter().GetResult();
        }
    }
}
