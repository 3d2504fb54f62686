using System.Text;

namespace AlertGateway.Channels.Sms;

/// <summary>application/x-www-form-urlencoded, both ways, over bytes.</summary>
internal static class FormEncoding
{
    private static ReadOnlySpan<byte> Hex => "0123456789ABCDEF"u8;

    /// <summary>Percent-encodes UTF-8 text; the unreserved characters of RFC 3986 §2.3 stay, a space becomes <c>%20</c>.</summary>
    public static byte[] Encode(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] encoded = new byte[utf8.Length * 3];
        int length = 0;
        foreach (byte b in utf8)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
            {
                encoded[length++] = b;
                continue;
            }
            encoded[length++] = (byte)'%';
            encoded[length++] = Hex[b >> 4];
            encoded[length++] = Hex[b & 15];
        }
        return encoded[..length];
    }

    /// <summary>Decodes <c>+</c> and <c>%XX</c> into <paramref name="destination"/>, which must be at least as long as the source; false for a broken escape.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        written = 0;
        for (int i = 0; i < source.Length; i++)
        {
            byte b = source[i];
            if (b == (byte)'%')
            {
                if (i + 2 >= source.Length) return false;
                int high = Nibble(source[i + 1]), low = Nibble(source[i + 2]);
                if ((high | low) < 0) return false;
                b = (byte)(high << 4 | low);
                i += 2;
            }
            else if (b == (byte)'+')
            {
                b = (byte)' ';
            }
            destination[written++] = b;
        }
        return true;
    }

    private static int Nibble(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
