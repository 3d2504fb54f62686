using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AlertGateway.CityLoad;

/// <summary>
/// When a frame came to the gateway and when its orders left it, by the kernel's own time stamps of the packets on the loopback interface: neither the gateway's word nor that of loudspeakers that wait for the same two cores. Linux, and the
/// right to capture (CAP_NET_RAW). Packets wait in the kernel until <see cref="Drain"/>, so that capturing costs nothing while it matters.
/// </summary>
internal sealed unsafe partial class WireCapture : IDisposable
{
    private const int Bytes = 96; // headers
    private const int PayloadBytesMin = 200; // frames and orders; acknowledgements and pings are smaller
    private const int BufferBytes = 128 << 20;
    private const int Packet = 17, Datagram = 2, IpV4 = 0x0800, Tcp = 6;
    private const int SocketLevel = 1, AttachFilter = 26, ReceiveBufferForce = 33, DontWait = 0x40;
    private const nuint GetStampNanoseconds = 0x8907;

    private readonly int _socket;
    private readonly int _feedPort;
    private readonly List<(long Nanoseconds, int From, int To)> _packets = [];

    private WireCapture(int socket, int feedPort) => (_socket, _feedPort) = (socket, feedPort);

    /// <summary>Null where this user may not capture.</summary>
    public static WireCapture? TryOpen(int feedPort, int brokerPort)
    {
        if (!OperatingSystem.IsLinux() || Socket(Packet, Datagram, BinaryPrimitives.ReverseEndianness((ushort)IpV4)) is not (>= 0 and var socket)) return null;
        var capture = new WireCapture(socket, feedPort);
        int size = BufferBytes;
        if (capture.Filter(feedPort, brokerPort) && SetOption(socket, SocketLevel, ReceiveBufferForce, &size, sizeof(int)) == 0)
        {
            long* stamp = stackalloc long[2];
            _ = Control(socket, GetStampNanoseconds, stamp); // asked once, packets are stamped from now on
            return capture;
        }
        capture.Dispose();
        return null;
    }

    /// <summary>Takes over what the kernel has kept.</summary>
    public void Drain()
    {
        byte* packet = stackalloc byte[Bytes];
        long* stamp = stackalloc long[2];
        while (Receive(_socket, packet, Bytes, DontWait) is var length and > 0)
        {
            int header = (packet[0] & 15) * 4;
            if (length < header + 4 || Control(_socket, GetStampNanoseconds, stamp) != 0) continue;
            var ports = new ReadOnlySpan<byte>(packet + header, 4);
            _packets.Add(((stamp[0] * 1_000_000_000) + stamp[1], BinaryPrimitives.ReadUInt16BigEndian(ports), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
        }
    }

    /// <summary>For each frame that came: milliseconds until the first order left, until the first order for the last loudspeaker left, and for how many loudspeakers there was one.</summary>
    public IReadOnlyList<(double FirstMs, double LastMs, int Horns)> Frames()
    {
        var frames = new List<(double, double, int)>();
        long came = 0;
        var left = new Dictionary<int, long>();
        foreach (var (at, from, to) in _packets.OrderBy(p => p.Nanoseconds))
        {
            if (from != _feedPort)
            {
                if (came > 0) left.TryAdd(to, at);
                continue;
            }
            Close();
            came = at;
        }
        Close();
        return frames;

        void Close()
        {
            if (left.Count > 0) frames.Add(((left.Values.Min() - came) / 1e6, (left.Values.Max() - came) / 1e6, left.Count));
            left.Clear();
        }
    }

    public void Dispose() => _ = Close(_socket);

    /// <summary>TCP of at least so many bytes from one of the two ports; the rest never leaves the kernel.</summary>
    private bool Filter(int feedPort, int brokerPort)
    {
        Instruction[] code =
        [
            new(0x30, 0, 0, 9), // protocol
            new(0x15, 0, 7, Tcp),
            new(0x80, 0, 0, 0), // length of the packet
            new(0x35, 0, 5, 40 + PayloadBytesMin),
            new(0xb1, 0, 0, 0), // X = length of the IP header
            new(0x48, 0, 0, 0), // source port
            new(0x15, 1, 0, (uint)feedPort),
            new(0x15, 0, 1, (uint)brokerPort),
            new(0x06, 0, 0, Bytes),
            new(0x06, 0, 0, 0),
        ];
        fixed (Instruction* first = code)
        {
            var program = new FilterProgram { Length = (ushort)code.Length, First = first };
            return SetOption(_socket, SocketLevel, AttachFilter, &program, sizeof(FilterProgram)) == 0;
        }
    }

    /// <summary>One instruction of a classic BPF program (linux/filter.h).</summary>
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    private struct FilterProgram
    {
        public ushort Length;
        public Instruction* First;
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(int socket, int level, int name, void* value, int length);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int socket, nuint request, long* value);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
