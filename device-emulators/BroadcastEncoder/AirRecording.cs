using System.Buffers.Binary;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>One WAV of everything that went on air, plays joined end to end; its header is right after every play.</summary>
public sealed class AirRecording(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);
    private Programme? _first;

    /// <summary>Appends what was played; false when its rate or channels differ from the recording's.</summary>
    public bool Append(Programme programme, ReadOnlySpan<byte> played)
    {
        _first ??= programme;
        if (programme.Rate != _first.Rate || programme.Channels != _first.Channels) return false;
        if (_file.Length == 0) _file.SetLength(44);
        _file.Position = _file.Length;
        _file.Write(played);
        Span<byte> header = stackalloc byte[44];
        var dataBytes = (int)(_file.Length - 44);
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], 36 + dataBytes);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(header[22..], (short)_first.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], _first.Rate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], _first.Rate * _first.Channels * 2);
        BinaryPrimitives.WriteInt16LittleEndian(header[32..], (short)(_first.Channels * 2));
        BinaryPrimitives.WriteInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], dataBytes);
        _file.Position = 0;
        _file.Write(header);
        _file.Flush();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
