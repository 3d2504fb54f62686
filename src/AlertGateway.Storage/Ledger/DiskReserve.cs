namespace AlertGateway.Storage.Ledger;

/// <summary>A file of allocated space beside the ledger, given up when the disk is full, so that a cancel and its audit still commit. It outlives the process. The ledger's writer is its only user.</summary>
internal sealed class DiskReserve
{
    /// <summary>Of a small file system the reserve takes one part in so many at most.</summary>
    private const int DiskParts = 4;

    private readonly string _path;
    private readonly string _making;
    private readonly long _bytes;

    /// <param name="bytes">0 keeps none.</param>
    public DiskReserve(string path, long bytes)
    {
        (_path, _making) = (path, path + ".new");
        if (bytes > 0) _bytes = Math.Min(bytes, new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).TotalSize / DiskParts);
        File.Delete(_making); // A process that died while it made one.
        Refill();
    }

    /// <summary>The space is set aside.</summary>
    public bool IsThere { get; private set; }

    /// <summary>Gives the space to whoever needs it now.</summary>
    /// <returns>False when there was none.</returns>
    public bool Release()
    {
        if (!IsThere) return false;
        IsThere = false;
        File.Delete(_path);
        return true;
    }

    /// <summary>Sets the space aside where it is not: what another process left is kept, a smaller one too when the disk has no room for more. Stays without when the disk has none.</summary>
    public void Refill()
    {
        if (_bytes == 0 || IsThere) return;
        long kept = File.Exists(_path) ? new FileInfo(_path).Length : 0;
        if (kept == 0) File.Delete(_path); // Of no known size; its space counts as free.
        IsThere = kept == _bytes || Make() || kept > 0;
    }

    private bool Make()
    {
        try
        {
            using (var file = File.OpenHandle(_making, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: _bytes)) RandomAccess.SetLength(file, _bytes);
            File.Move(_making, _path, overwrite: true);
            return true;
        }
        catch (IOException)
        {
            // No room: the ledger is short of space until there is.
            File.Delete(_making);
            return false;
        }
    }
}
