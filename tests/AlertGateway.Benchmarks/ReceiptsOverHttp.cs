using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Benchmarks;

/// <summary>
/// Signed status callbacks over loopback HTTP, each verified, judged, made durable and folded before it is answered, beside a Kestrel endpoint that reads the same bytes and answers 204: one generator, the same connections, in turns. And what
/// sends paced at 2,000/s notice of it: from the instant in which an attempt is taken to its hand-over, its Started row durable in between.
/// </summary>
internal sealed class ReceiptsOverHttp(int receipts, int connections)
{
    private const int PacedPerSecond = 2_000;

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
            alone.Add(PacedAsync(null).GetAwaiter().GetResult());
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
            using var stop = new CancellationTokenSource();
            var paced = sends is null ? Task.CompletedTask : Task.Run(async () => sends.AddRange(await PacedAsync(stop)));
            double rate = await GenerateAsync(server.Url, no);
            await stop.CancelAsync();
            await paced;
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
        double rate = await GenerateAsync(server.Url, 1);
        return server.Answered == receipts ? rate : throw new InvalidOperationException("Not every callback was answered.");
    }

    /// <summary>A lane of its own city, so many a second; until the token says stop, or for five seconds. Milliseconds from taking to handing over, ascending.</summary>
    private static async Task<double[]> PacedAsync(CancellationTokenSource? stop)
    {
        using var city = new WholeCity(400_000);
        var channel = new TimedChannel();
        var options = new LaneOptions { Slots = 256, Window = 512, RatePerSecond = PacedPerSecond, ReceiptTimeout = TimeSpan.FromHours(24) };
        var lane = new Lane([new ChannelRoute(channel)], options, city.Room, city.Ledger, (endpoints, addresses) => addresses[..endpoints.Length].Fill("+8612000000000"u8.ToArray()), city.Town, TimeProvider.System, NullLogger.Instance);
        using var ended = stop is null ? new CancellationTokenSource(TimeSpan.FromSeconds(5)) : CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        city.Open();
        await lane.RunAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return channel.Sorted();
    }

    private async Task<double> GenerateAsync(Uri server, int no)
    {
        byte[][] requests = [.. Enumerable.Range(1, receipts).AsParallel().AsOrdered().Select(endpoint => RequestOf(server, no, endpoint))];
        int next = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port));
            var answer = new byte[1_024];
            while (Interlocked.Increment(ref next) is var i && i <= receipts)
            {
                await socket.SendAsync(requests[i - 1]);
                int length = 0;
                do
                {
                    int read = await socket.ReceiveAsync(answer.AsMemory(length));
                    if (read == 0) throw new IOException("The server closed the connection.");
                    length += read;
                }
                while (!answer.AsSpan(0, length).EndsWith("\r\n\r\n"u8));
                if (!answer.AsSpan(0, length).StartsWith("HTTP/1.1 204"u8)) throw new InvalidDataException(Encoding.ASCII.GetString(answer, 0, length));
            }
        })));
        return receipts / watch.Elapsed.TotalSeconds;
    }

    /// <summary>As the provider posts it, signed with HMAC-SHA1 over the public URL and the sorted form.</summary>
    private static byte[] RequestOf(Uri server, int no, int endpoint)
    {
        string path = TwilioReceiptEndpoints.StatusPath + "/" + new DeliveryTag(new DeliveryKey(no, endpoint, ChannelKind.Sms, Purpose.Original), 1);
        string sid = string.Create(CultureInfo.InvariantCulture, $"SM{endpoint:x32}"), to = string.Create(CultureInfo.InvariantCulture, $"+8612000{endpoint:000000}");
        (string Name, string Value)[] form = [("AccountSid", ReceiptServer.Account), ("ApiVersion", "2010-04-01"), ("From", "12379"), ("MessageSid", sid), ("MessageStatus", "delivered"), ("SmsSid", sid), ("SmsStatus", "delivered"), ("To", to)];
        string signed = server.GetLeftPart(UriPartial.Authority) + path + string.Concat(form.Select(f => f.Name + f.Value));
#pragma warning disable CA5350 // Twilio defines this header as HMAC-SHA1.
        string signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(ReceiptServer.Token), Encoding.UTF8.GetBytes(signed)));
#pragma warning restore CA5350
        string body = string.Join('&', form.Select(f => f.Name + "=" + Uri.EscapeDataString(f.Value)));
        return Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nX-Twilio-Signature: {signature}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

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
