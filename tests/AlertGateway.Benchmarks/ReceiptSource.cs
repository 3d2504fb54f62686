using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Benchmarks;

/// <summary>A provider that posts one signed status callback for each delivery, over so many connections, the next one on each as soon as the last is answered. A process of its own, so that it shares nothing but the processor with the server it measures.</summary>
internal static class ReceiptSource
{
    /// <summary>The line that says: signed, and waiting for a line to begin.</summary>
    public const string Ready = "ready";

    /// <returns>Callbacks answered with 204 a second.</returns>
    /// <exception cref="InvalidDataException">Another answer came.</exception>
    public static async Task<double> RunAsync(Uri server, int no, int receipts, int connections)
    {
        byte[][] requests = [.. Enumerable.Range(1, receipts).AsParallel().AsOrdered().Select(endpoint => RequestOf(server, no, endpoint))];
        Console.WriteLine(Ready);
        Console.ReadLine();
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
}
