using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AlertGateway.CityLoad;

/// <summary>
/// TCP segments on the loopback interface with the kernel's own time stamps: neither the gateway's word nor that of far sides that wait for the same two cores. Linux, and the right to capture (CAP_NET_RAW). Packets wait in the kernel until
/// <see cref="Drain"/>, so that capturing costs little while it matters.
/// </summary>
internal sealed unsafe partial class PacketSocket : IDisposable
{
    private const int BufferBytes = 256 << 20;
    private const int Packet = 17, Datagram = 2, IpV4 = 0x0800, Tcp = 6;
    private const int SocketLevel = 1, AttachFilter = 26, ReceiveBufferForce = 33, DontWait = 0x40;
    private const nuint GetStampNanoseconds = 0x8907;

    private readonly int _socket;
    private readonly byte[] _buffer;

    private PacketSocket(int socket, int bytes) => (_socket, _buffer) = (socket, new byte[bytes]);

    /// <summary>One segment.</summary>
    /// <param name="nanoseconds">Of the wall clock.</param>
    public delegate void Segment(long nanoseconds, int fromPort, int toPort, ReadOnlySpan<byte> payload);

    /// <summary>Segments of at least <paramref name="payloadMin"/> bytes that come from one of some ports or go to one of some others; the rest never leaves the kernel. Null where this user may not capture.</summary>
    /// <param name="bytes">Of each so much is kept, headers included.</param>
    public static PacketSocket? TryOpen(int payloadMin, int bytes, ReadOnlySpan<int> fromPorts, ReadOnlySpan<int> toPorts)
    {
        if (!OperatingSystem.IsLinux() || Socket(Packet, Datagram, BinaryPrimitives.ReverseEndianness((ushort)IpV4)) is not (>= 0 and var socket)) return null;
        var capture = new PacketSocket(socket, bytes);
        int size = BufferBytes;
        if (capture.Attach(Filter(payloadMin, bytes, fromPorts, toPorts)) && SetOption(socket, SocketLevel, ReceiveBufferForce, &size, sizeof(int)) == 0)
        {
            long* stamp = stackalloc long[2];
            _ = Control(socket, GetStampNanoseconds, stamp); // asked once, packets are stamped from now on
            return capture;
        }
        capture.Dispose();
        return null;
    }

    /// <summary>Hands over what the kernel has kept.</summary>
    public void Drain(Segment taken)
    {
        long* stamp = stackalloc long[2];
        fixed (byte* packet = _buffer)
        {
            while (Receive(_socket, packet, (nuint)_buffer.Length, DontWait) is var length and > 0)
            {
                int header = (packet[0] & 15) * 4;
                if (length < header + 20 || Control(_socket, GetStampNanoseconds, stamp) != 0) continue;
                var tcp = new ReadOnlySpan<byte>(packet + header, (int)length - header);
                int payload = Math.Min(tcp.Length, (tcp[12] >> 4) * 4);
                taken((stamp[0] * 1_000_000_000) + stamp[1], BinaryPrimitives.ReadUInt16BigEndian(tcp), BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]), tcp[payload..]);
            }
        }
    }

    public void Dispose() => _ = Close(_socket);

    private static Instruction[] Filter(int payloadMin, int bytes, ReadOnlySpan<int> fromPorts, ReadOnlySpan<int> toPorts)
    {
        int accept = 8 + fromPorts.Length + toPorts.Length, reject = accept - 1;
        var code = new List<Instruction>(accept + 1);
        byte To(int target) => (byte)(target - code.Count - 1);
        code.Add(new(0x30, 0, 0, 9)); // protocol
        code.Add(new(0x15, 0, To(reject), Tcp));
        code.Add(new(0x80, 0, 0, 0)); // length of the packet
        code.Add(new(0x35, 0, To(reject), 40 + (uint)payloadMin));
        code.Add(new(0xb1, 0, 0, 0)); // X = length of the IP header
        code.Add(new(0x48, 0, 0, 0)); // source port
        foreach (int port in fromPorts) code.Add(new(0x15, To(accept), 0, (uint)port));
        code.Add(new(0x48, 0, 0, 2)); // destination port
        foreach (int port in toPorts) code.Add(new(0x15, To(accept), 0, (uint)port));
        code.Add(new(0x06, 0, 0, 0));
        code.Add(new(0x06, 0, 0, (uint)bytes));
        return [.. code];
    }

    private bool Attach(Instruction[] code)
    {
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
    private static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int socket, nuint request, long* value);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
