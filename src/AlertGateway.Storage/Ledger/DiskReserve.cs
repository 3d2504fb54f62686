namespace AlertGateway.Storage.Ledger;

/// <summary>A file of allocated space beside the ledger, given up when the disk is full, so that a cancel and its audit still commit. The ledger's writer is its only user.</summary>
internal sealed class DiskReserve
{
    private readonly string _path;
    private readonly long _bytes;

    /// <param name="bytes">0 keeps none.</param>
    public DiskReserve(string path, long bytes)
    {
        (_path, _bytes) = (path, bytes);
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

    /// <summary>Sets the space aside again; stays without when the disk has none.</summary>
    public void Refill()
    {
        if (_bytes == 0 || IsThere) return;
        try
        {
            if (File.Exists(_path)) File.Delete(_path);
            using var file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: _bytes);
            IsThere = true;
        }
        catch (IOException)
        {
            // No room: the ledger is short of space until there is.
            if (File.Exists(_path)) File.Delete(_path);
        }
    }
}
