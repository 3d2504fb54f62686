namespace AlertGateway.CityLoad;

/// <summary>Takes the last byte of a file system, and gives it back when disposed. Only for a small one of its own (mount one at the run's <c>data</c> folder): the machine's disk is not filled.</summary>
internal sealed class DiskFiller : IDisposable
{
    private const long Largest = 2L << 30;
    private readonly string _file;

    /// <exception cref="InvalidOperationException">More is free there than a file system of a test's own has.</exception>
    public DiskFiller(string folder)
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free > Largest) throw new InvalidOperationException($"{folder} 有 {free >> 20} MiB 空闲：请先在此挂载一个小文件系统 · has that much free: mount a small file system there first.");
        _file = Path.Combine(folder, "filler");
        byte[] block = new byte[1 << 20];
        using var file = new FileStream(_file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int size = block.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    file.Write(block.AsSpan(0, size));
                    Bytes += size;
                }
            }
            catch (IOException)
            {
                // So much no longer fits; half of it may.
            }
        }
    }

    public long Bytes { get; }

    public void Dispose() => File.Delete(_file);
}
