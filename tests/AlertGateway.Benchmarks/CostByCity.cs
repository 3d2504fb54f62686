using System.Diagnostics;
using System.Text;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Benchmarks;

/// <summary>What a delivery costs in a county, a prefecture and a province: the whole way from clearance to durable result, over a provider that takes everything at once.</summary>
internal static class CostByCity
{
    public static IEnumerable<string> Table(IEnumerable<int> sizes)
    {
        yield return "| deliveries | seconds | deliveries/s | CPU a delivery | against the first | memory that is held, bytes a delivery |";
        yield return "|---|---|---|---|---|---|";
        using (var warm = new WholeCity(100_000)) SendAll(warm, warm.Open(), 100_000); // the compiler's work is not the city's
        double first = 0;
        foreach (int size in sizes)
        {
            using var city = new WholeCity(size);
            long before = Held();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            int no = city.Open();
            SendAll(city, no, size);
            double seconds = watch.Elapsed.TotalSeconds, micros = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / size;
            if (first == 0) first = micros;
            yield return FormattableString.Invariant($"| {size:N0} | {seconds:0.0} | {size / seconds:N0} | {micros:0.0} µs | {micros / first:0.00} | {(Held() - before) / (double)size:0} |");
        }
    }

    private static void SendAll(WholeCity city, int no, int size) => SendAllAsync(city, no, size).GetAwaiter().GetResult();

    private static async Task SendAllAsync(WholeCity city, int no, int size)
    {
        using var stop = new CancellationTokenSource();
        byte[] number = Encoding.ASCII.GetBytes("+8612000000001");
        var lane = new Lane([new ChannelRoute(new EagerChannel())], new LaneOptions { Slots = 256, Window = 512 }, city.Room, city.Ledger, (_, addresses) => addresses.Fill(number), city.Town, TimeProvider.System, NullLogger.Instance);
        var running = Task.Run(() => lane.RunAsync(stop.Token));
        while (city.Room.Find(no)!.Channels[0].Accepted < size)
        {
            if (await Task.WhenAny(running, Task.Delay(100)) == running) await running;
        }
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
