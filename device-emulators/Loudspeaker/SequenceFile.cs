using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>
/// The highest order number each device has accepted. With a file it outlives the process: a line is written through to the operating system
/// before the order is acknowledged, so an order replayed after a restart is refused as well. Without one it lives as long as the process.
/// </summary>
public sealed class SequenceFile : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);
    private readonly FileStream? _file;
    private readonly Lock _gate = new();

    public SequenceFile(string? path)
    {
        if (path is null)
        {
            return;
        }

        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
            {
                var columns = line.Split('\t');
                if (columns.Length == 2 && long.TryParse(columns[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
                {
                    _last.AddOrUpdate(columns[0], seq, (_, known) => Math.Max(known, seq)); // a torn last line is not a row
                }
            }
        }

        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _file.Write("\n"u8); // ends a line that a crash tore, so that it cannot swallow the next
    }

    public long Last(string deviceId) => _last.GetValueOrDefault(deviceId);

    public void Accept(string deviceId, long seq)
    {
        _last[deviceId] = seq;
        if (_file is not null)
        {
            var line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{deviceId}\t{seq}\n"));
            lock (_gate)
            {
                _file.Write(line);
            }
        }
    }

    public void Dispose() => _file?.Dispose();
}
