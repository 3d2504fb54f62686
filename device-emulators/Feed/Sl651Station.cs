using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Feed;

/// <summary>How a simulated station behaves badly on purpose.</summary>
public sealed record StationFaults
{
    /// <summary>Part of the reports, 0 to 1, whose line breaks in the middle; they are sent again.</summary>
    public double Cut { get; init; }

    /// <summary>Part of the reports that are sent twice.</summary>
    public double Twice { get; init; }

    /// <summary>Part of the reports before which noise comes over the line.</summary>
    public double Noise { get; init; }
}

/// <summary>
/// A hydrological station by SL 651-2014, written from the standard's tables and sharing nothing with the gateway: connects, sends timed reports of a stage and its battery in HEX/BCD, waits
/// for the centre's answer and sends again until it has one. The journal says what was measured and when it was acknowledged.
/// </summary>
public sealed class Sl651Station(string address, int port, Journal journal, StationFaults faults, int seed)
{
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(20);

    private readonly Random _draw = new(seed);
    private int _serial;

    /// <summary>Reports the stages one after the other; returns when each is acknowledged.</summary>
    public async Task RunAsync(IReadOnlyList<double> stages, TimeSpan interval, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(clock);
        foreach (var stage in stages)
        {
            _serial = (_serial % 65535) + 1;
            var frame = Report(stage, clock.GetUtcNow());
            journal.Append(Monotonic.Nanoseconds, "measured", address, _serial.ToString(CultureInfo.InvariantCulture), stage.ToString("0.000", CultureInfo.InvariantCulture));
            var tries = 0;
            while (!await TrySendAsync(frame, tries++ == 0, cancellationToken)) await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            journal.Append(Monotonic.Nanoseconds, "acknowledged", address, _serial.ToString(CultureInfo.InvariantCulture), tries.ToString(CultureInfo.InvariantCulture));
            await Task.Delay(interval, clock, cancellationToken);
        }
    }

    /// <summary>Timed report (function 32): serial, time, F1F1 address class, F0F0 time, 39 stage (4 bytes, 3 decimals), 38 battery (2 bytes, 2 decimals).</summary>
    private byte[] Report(double stage, DateTimeOffset now)
    {
        var beijing = now.ToOffset(TimeSpan.FromHours(8));
        var digits = ((long)Math.Round(Math.Abs(stage) * 1000)).ToString(stage < 0 ? "000000" : "00000000", CultureInfo.InvariantCulture);
        var body = Convert.FromHexString(string.Create(CultureInfo.InvariantCulture,
            $"{_serial:X4}{beijing:yyMMddHHmmss}F1F1{address}48F0F0{beijing:yyMMddHHmm}3923{(stage < 0 ? "FF" : "")}{digits}38121260"));
        var frame = new List<byte>(Convert.FromHexString(string.Create(CultureInfo.InvariantCulture, $"7E7E01{address}1234320{body.Length:X3}02")));
        frame.AddRange(body);
        frame.Add(0x03);
        var sum = Checksum([.. frame]);
        frame.Add((byte)(sum >> 8));
        frame.Add((byte)(sum & 0xFF));
        return [.. frame];
    }

    private async Task<bool> TrySendAsync(byte[] frame, bool first, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(AnswerWait);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, deadline.Token);
            var line = client.GetStream();
            if (first && _draw.NextDouble() < faults.Noise) await line.WriteAsync(new byte[] { 0x00, 0x7E, 0x13, 0x7E, 0x7E, 0x01 }, deadline.Token);
            if (first && _draw.NextDouble() < faults.Cut)
            {
                await line.WriteAsync(frame.AsMemory(0, frame.Length / 2), deadline.Token);
                return false; // the line breaks here
            }

            await line.WriteAsync(frame, deadline.Token);
            if (first && _draw.NextDouble() < faults.Twice) await line.WriteAsync(frame, deadline.Token);
            var answer = new byte[25];
            await line.ReadExactlyAsync(answer, deadline.Token);
            return IsAnswerTo(frame, answer);
        }
        catch (Exception e) when ((e is IOException or SocketException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Downwards: 7E7E, station, centre, password, function, 8008, 02, serial, time, ESC (or EOT, ACK), checksum.</summary>
    private static bool IsAnswerTo(byte[] frame, byte[] answer) =>
        answer[0] == 0x7E && answer[1] == 0x7E
        && answer.AsSpan(2, 5).SequenceEqual(frame.AsSpan(3, 5)) && answer[7] == frame[2] && answer[10] == frame[10]
        && answer[11] == 0x80 && answer[12] == 0x08 && answer.AsSpan(14, 2).SequenceEqual(frame.AsSpan(14, 2))
        && answer[22] is 0x1B or 0x04 or 0x06
        && BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(23)) == Checksum(answer.AsSpan(0, 23));

    /// <summary>Table-driven, from the polynomial x^16 + x^15 + x^2 + 1 in its reflected form.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0xFFFF;
        foreach (var b in bytes) sum = (sum >> 8) ^ Table[(sum ^ b) & 0xFF];
        return (ushort)sum;
    }

    private static readonly ushort[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        for (var bit = 0; bit < 8; bit++) n = (n & 1) == 1 ? (n >> 1) ^ 0xA001 : n >> 1;
        return (ushort)n;
    })];
}
