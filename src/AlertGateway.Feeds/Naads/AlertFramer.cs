namespace AlertGateway.Feeds.Naads;

/// <summary>
/// Cuts a raw stream of concatenated CAP documents into messages, on bytes, because signatures cover them. However the stream is cut into reads, the messages are the same.
/// A message that breaks off is dropped as soon as another begins. Not thread-safe.
/// </summary>
public sealed class AlertFramer(int frameBytesMax = AlertFramer.DefaultFrameBytesMax)
{
    /// <summary>Alerts of 5 MB occur.</summary>
    public const int DefaultFrameBytesMax = 10 << 20;

    private const int NameBytesMax = 64;

    private byte[] _bytes = new byte[8_192];
    private int _count;
    private int _at; // Everything before it has been looked at.
    private int _start = -1; // Where the open message begins, with its declaration; -1 between messages.
    private bool _rootSeen;

    /// <summary>Messages that broke off, since the beginning.</summary>
    public int Cut { get; private set; }

    /// <summary>Messages that were larger than allowed and skipped.</summary>
    public int Oversized { get; private set; }

    /// <summary>Bytes other than white space that stood between messages.</summary>
    public long NoiseBytes { get; private set; }

    /// <summary>True while a message has begun and not ended.</summary>
    public bool IsOpen => _start >= 0;

    /// <summary>Takes what was read and returns the messages that it completes.</summary>
    public IReadOnlyList<byte[]> Push(ReadOnlySpan<byte> bytes)
    {
        List<byte[]>? frames = null;
        // In pieces, so that the bound holds however much comes at once.
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, 65_536)];
            bytes = bytes[piece.Length..];
            Append(piece);
            while (Next() is { } frame) (frames ??= []).Add(frame);
            Compact();
        }

        return frames ?? (IReadOnlyList<byte[]>)[];
    }

    /// <summary>The connection ended: what is open is lost here.</summary>
    public void Reset()
    {
        if (_start >= 0) Cut++;
        else NoiseBytes += Noise(_at, _count);
        _count = _at = 0;
        _start = -1;
        _rootSeen = false;
    }

    private byte[]? Next()
    {
        while (true)
        {
            var found = _bytes.AsSpan(_at, _count - _at).IndexOf((byte)'<');
            var open = found < 0 ? _count : _at + found;
            if (_start < 0) NoiseBytes += Noise(_at, open);
            _at = open;
            if (found < 0) return null;

            var tag = Tag(_bytes.AsSpan(_at, _count - _at), out var tagBytes);
            if (tag == TagKind.Incomplete) return null;
            switch (tag)
            {
                case TagKind.Declaration:
                    // No document has a second declaration, so what was open has broken off.
                    if (_start >= 0) Cut++;
                    (_start, _rootSeen) = (_at, false);
                    break;
                case TagKind.Open:
                    if (_start >= 0 && _rootSeen)
                    {
                        Cut++;
                        _start = _at;
                    }
                    else if (_start < 0) _start = _at;
                    _rootSeen = true;
                    break;
                case TagKind.Close when _start >= 0:
                    var end = _at + tagBytes;
                    var frame = _rootSeen ? _bytes.AsSpan(_start, end - _start).ToArray() : null;
                    if (frame is null) Cut++;
                    (_at, _start, _rootSeen) = (end, -1, false);
                    if (frame is null) continue;
                    if (frame.Length <= frameBytesMax) return frame;
                    Oversized++;
                    continue;
                default:
                    if (_start < 0) NoiseBytes++;
                    break;
            }

            _at++;
        }
    }

    private enum TagKind { Other, Incomplete, Declaration, Open, Close }

    /// <summary>What the tag at the beginning is; <c>alert</c> with any prefix.</summary>
    private static TagKind Tag(ReadOnlySpan<byte> bytes, out int tagBytes)
    {
        tagBytes = 0;
        var close = bytes.Length > 1 && bytes[1] == '/';
        var from = close ? 2 : 1;
        if (bytes.Length <= from && (bytes.Length < 2 || close)) return TagKind.Incomplete;
        if (bytes[1] == '?')
        {
            if (bytes.Length < 6) return "<?xml"u8.StartsWith(bytes) ? TagKind.Incomplete : TagKind.Other;
            return bytes.StartsWith("<?xml"u8) && IsSpace(bytes[5]) ? TagKind.Declaration : TagKind.Other;
        }

        var end = from;
        while (end < bytes.Length && end - from < NameBytesMax && IsName(bytes[end])) end++;
        if (end == bytes.Length) return TagKind.Incomplete;
        var name = bytes[from..end];
        name = name[(name.LastIndexOf((byte)':') + 1)..];
        if (!name.SequenceEqual("alert"u8)) return TagKind.Other;
        if (!close) return IsSpace(bytes[end]) || bytes[end] is (byte)'>' ? TagKind.Open : TagKind.Other;
        while (end < bytes.Length && end - from < 2 * NameBytesMax && IsSpace(bytes[end])) end++;
        if (end == bytes.Length) return TagKind.Incomplete;
        tagBytes = end + 1;
        return bytes[end] == '>' ? TagKind.Close : TagKind.Other;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsName(byte b) => b is (byte)':' or (byte)'_' or (byte)'-' or (byte)'.' || char.IsAsciiLetterOrDigit((char)b) || b >= 0x80;

    private int Noise(int from, int to)
    {
        var noise = 0;
        for (var i = from; i < to; i++)
        {
            if (!IsSpace(_bytes[i]) && _bytes[i] is not (0xEF or 0xBB or 0xBF)) noise++; // A byte order mark may precede any document.
        }

        return noise;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_count + bytes.Length, _bytes.Length * 2));
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Forgets what is done with, and an open message that has outgrown the bound.</summary>
    private void Compact()
    {
        if (_start >= 0 && _at - _start > frameBytesMax)
        {
            Oversized++;
            _start = -1; // Its remaining bytes count as noise until the next message begins.
            _rootSeen = false;
        }

        var keep = _start >= 0 ? _start : _at;
        if (keep == 0) return;
        _bytes.AsSpan(keep, _count - keep).CopyTo(_bytes);
        _count -= keep;
        _at -= keep;
        if (_start >= 0) _start = 0;
    }
}
