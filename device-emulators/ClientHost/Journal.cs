using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.ClientHost;

/// <summary>
/// Tab-separated lines whose first column is the machine's monotonic clock in nanoseconds, so that the journals of several processes can
/// be merged. Lines are flushed every 100 ms and on disposal. Safe for many threads; a journal without a file accepts and forgets.
/// </summary>
internal sealed class Journal : IDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly StreamWriter? _writer;
    private readonly ITimer? _flusher;
    private bool _dirty;
    private bool _closed;

    public Journal(string? path, TimeProvider clock)
    {
        if (path is null)
        {
            return;
        }

        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        _writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024) { NewLine = "\n" };
        _flusher = clock.CreateTimer(static state => ((Journal)state!).Flush(), this, FlushEvery, FlushEvery);
    }

    /// <summary>Nanoseconds of <c>CLOCK_MONOTONIC</c>, which <see cref="Stopwatch"/> reads on Linux.</summary>
    public static long MonotonicNanoseconds()
    {
        var timestamp = Stopwatch.GetTimestamp();
        return Stopwatch.Frequency == 1_000_000_000 ? timestamp : (long)(timestamp * (1_000_000_000.0 / Stopwatch.Frequency));
    }

    /// <summary>One line: the present moment, then <paramref name="columns"/>. Tabs and line ends inside a column become spaces.</summary>
    public void Write(params ReadOnlySpan<string> columns)
    {
        if (_writer is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _writer.Write(MonotonicNanoseconds().ToString(CultureInfo.InvariantCulture));
            foreach (var column in columns)
            {
                _writer.Write('\t');
                WriteColumn(column);
            }

            _writer.WriteLine();
            _dirty = true;
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_dirty && !_closed)
            {
                _writer!.Flush();
                _dirty = false;
            }
        }
    }

    public void Dispose()
    {
        _flusher?.Dispose();
        lock (_gate)
        {
            _closed = true;
            _writer?.Dispose();
        }
    }

    // Tags come from the wire: a tab in one must not forge a column.
    private void WriteColumn(string column)
    {
        if (!column.AsSpan().ContainsAny('\t', '\n', '\r'))
        {
            _writer!.Write(column);
            return;
        }

        foreach (var c in column)
        {
            _writer!.Write(c is '\t' or '\n' or '\r' ? ' ' : c);
        }
    }
}
