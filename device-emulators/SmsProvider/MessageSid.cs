using System.Buffers.Binary;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// Message identity <c>SM</c> + 32 hex digits: 16 of a mix of seed and number, 16 of the number itself, so that a sid is found
/// without an index and one that was never issued is told apart.
/// </summary>
public static class MessageSid
{
    /// <summary>Characters of a sid.</summary>
    public const int Length = 34;

    /// <summary>Writes the sid of the message with this number (1, 2, …).</summary>
    public static void Write(ulong seed, long number, Span<byte> text)
    {
        "SM"u8.CopyTo(text);
        Span<byte> raw = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(raw, Draw.Mix(seed ^ Draw.Mix((ulong)number)));
        BinaryPrimitives.WriteInt64BigEndian(raw[8..], number);
        Convert.TryToHexStringLower(raw, text[2..], out _);
    }

    /// <summary>The number a sid stands for, or 0 when this seed never issued it.</summary>
    public static long Number(ulong seed, ReadOnlySpan<char> text)
    {
        if (text.Length != Length
            || !long.TryParse(text[18..], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var number)
            || number <= 0)
        {
            return 0;
        }

        Span<byte> expected = stackalloc byte[Length];
        Write(seed, number, expected);
        return System.Text.Ascii.Equals(expected, text) ? number : 0;
    }
}
