namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Walks an <c>application/x-www-form-urlencoded</c> body without copying it.</summary>
internal ref struct FormFields(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>Name of the current field, still encoded.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Value of the current field, still encoded.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    public bool Next()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf((byte)'&');
            var field = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (field.IsEmpty) continue;
            var equals = field.IndexOf((byte)'=');
            Name = equals < 0 ? field : field[..equals];
            Value = equals < 0 ? default : field[(equals + 1)..];
            return true;
        }

        return false;
    }

    /// <summary>Decodes <c>%XX</c> and <c>+</c>; never longer than the input. A broken escape is -1.</summary>
    public static int Decode(ReadOnlySpan<byte> encoded, Span<byte> decoded)
    {
        var written = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var b = encoded[i];
            if (b == '+') b = (byte)' ';
            else if (b == '%')
            {
                if (i + 2 >= encoded.Length) return -1;
                var high = HexValue(encoded[i + 1]);
                var low = HexValue(encoded[i + 2]);
                if ((high | low) < 0) return -1;
                b = (byte)((high << 4) | low);
                i += 2;
            }

            decoded[written++] = b;
        }

        return written;
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };
}
