using System.Runtime.CompilerServices;

namespace AlertGateway.Channels.Sms;

/// <summary>
/// A provider's form, decoded in place of a caller's buffer without a string: at most <see cref="FieldsMax"/> fields. Names and values are UTF-8 and ordered by bytes, which is the ordinal order of everything outside the
/// surrogate range; the provider's names are ASCII.
/// </summary>
internal ref struct CallbackForm
{
    public const int FieldsMax = 48;

    private ReadOnlySpan<byte> _text;
    private FieldTable _fields;
    private int _count;

    /// <summary>Reads a form body. <paramref name="scratch"/> is at least as long as the body and lives as long as the form. False for broken escapes and too many fields.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, Span<byte> scratch, out CallbackForm form)
    {
        form = default;
        int used = 0;
        while (!body.IsEmpty)
        {
            int end = body.IndexOf((byte)'&');
            var pair = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            if (pair.IsEmpty) continue;
            if (form._count == FieldsMax) return false;
            int equals = pair.IndexOf((byte)'=');
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? [] : pair[(equals + 1)..];
            if (!FormEncoding.TryDecode(name, scratch[used..], out int nameLength)) return false;
            int valueStart = used + nameLength;
            if (!FormEncoding.TryDecode(value, scratch[valueStart..], out int valueLength)) return false;
            form._fields[form._count++] = new Field((ushort)used, (ushort)nameLength, (ushort)valueLength);
            used = valueStart + valueLength;
        }
        form._text = scratch[..used];
        form.Sort();
        return true;
    }

    /// <summary>Upper bound of what <see cref="WriteSigned"/> writes.</summary>
    public readonly int SignedBytesMax => _text.Length;

    /// <summary>The first value of a name; empty when it is absent.</summary>
    public readonly ReadOnlySpan<byte> this[ReadOnlySpan<byte> name]
    {
        get
        {
            for (int i = 0; i < _count; i++)
                if (Name(i).SequenceEqual(name)) return Value(i);
            return [];
        }
    }

    /// <summary>Writes every name and distinct value in the order that the signature covers; returns the length.</summary>
    public readonly int WriteSigned(Span<byte> destination)
    {
        int length = 0;
        for (int i = 0; i < _count; i++)
        {
            if (i > 0 && Name(i).SequenceEqual(Name(i - 1)) && Value(i).SequenceEqual(Value(i - 1))) continue;
            Name(i).CopyTo(destination[length..]);
            length += Name(i).Length;
            Value(i).CopyTo(destination[length..]);
            length += Value(i).Length;
        }
        return length;
    }

    /// <summary>Insertion sort: a callback has about eight fields, most of them in order already.</summary>
    private void Sort()
    {
        for (int i = 1; i < _count; i++)
        {
            for (int j = i; j > 0 && Compare(j - 1, j) > 0; j--)
                (_fields[j - 1], _fields[j]) = (_fields[j], _fields[j - 1]);
        }
    }

    private readonly int Compare(int left, int right)
    {
        int byName = Name(left).SequenceCompareTo(Name(right));
        return byName != 0 ? byName : Value(left).SequenceCompareTo(Value(right));
    }

    private readonly ReadOnlySpan<byte> Name(int i) => _text.Slice(_fields[i].Start, _fields[i].NameLength);

    private readonly ReadOnlySpan<byte> Value(int i) => _text.Slice(_fields[i].Start + _fields[i].NameLength, _fields[i].ValueLength);

    private readonly record struct Field(ushort Start, ushort NameLength, ushort ValueLength);

    [InlineArray(FieldsMax)]
    private struct FieldTable
    {
        private Field _first;
    }
}
