namespace AlertGateway.Emulators.Hosting;

/// <summary>
/// What really crossed the socket, one tab-separated line an event, first column the monotonic clock. Lines gather in memory
/// and one background task writes them every 50 ms; a caller that finds <see cref="BufferBytesMax"/> waiting writes them itself,
/// so memory stays bounded. Safe from any thread.
/// </summary>
public sealed class Journal : IAsyncDisposable
{
    /// <summary>Most bytes that wait in memory.</summary>
    public const int BufferBytesMax = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _fileGate = new();
    private readonly FileStream? _file;
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(50));
    private readonly Task _writing;
    private byte[] _filling = new byte[1024 * 1024];
    private byte[] _spare = new byte[1024 * 1024];
    private int _filled;

    /// <param name="path">File to append to, or null to keep no journal.</param>
    public Journal(string? path)
    {
        _file = path is null ? null : new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _writing = _file is null ? Task.CompletedTask : WriteAsync();
    }

    /// <summary>False when nothing is kept: callers may skip the formatting.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>Appends one line; the line end is added here.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        if (_file is null) return;
        bool full;
        lock (_gate)
        {
            var needed = _filled + line.Length + 1;
            if (needed > _filling.Length) Array.Resize(ref _filling, Math.Max(needed, _filling.Length * 2));
            line.CopyTo(_filling.AsSpan(_filled));
            _filling[needed - 1] = (byte)'\n';
            _filled = needed;
            full = needed >= BufferBytesMax;
        }

        if (full) Flush();
    }

    /// <summary>Appends a line made of columns, stamped with the present moment.</summary>
    public void Write(params ReadOnlySpan<string> columns) => Append(Monotonic.Nanoseconds, columns);

    /// <summary>Appends a line made of columns; the monotonic time goes first. A tab or line end inside a column becomes a space.</summary>
    public void Append(long monoNanoseconds, params ReadOnlySpan<string> columns)
    {
        if (_file is null) return;
        var line = new System.Text.StringBuilder().Append(System.Globalization.CultureInfo.InvariantCulture, $"{monoNanoseconds}");
        foreach (var column in columns)
            line.Append('\t').Append(column.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' '));
        Append(System.Text.Encoding.UTF8.GetBytes(line.ToString()));
    }

    /// <summary>Writes everything gathered so far to the file.</summary>
    public void Flush()
    {
        if (_file is null) return;
        lock (_fileGate)
        {
            byte[] bytes;
            int count;
            lock (_gate)
            {
                (bytes, count) = (_filling, _filled);
                (_filling, _spare, _filled) = (_spare, bytes, 0);
            }

            if (count > 0) _file.Write(bytes, 0, count);
        }
    }

    /// <summary>Flushes and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _writing;
        Flush();
        if (_file is not null) await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        while (await _timer.WaitForNextTickAsync()) Flush();
    }
}
