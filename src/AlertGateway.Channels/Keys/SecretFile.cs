namespace AlertGateway.Channels.Keys;

/// <summary>Secrets come from files of mode 0600 or stricter (or systemd credentials), never from settings.</summary>
public static class SecretFile
{
    /// <summary>Longest secret that is read, in bytes.</summary>
    public const int BytesMax = 4096;

    private const UnixFileMode OthersModes =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The file's text without surrounding white space.</summary>
    /// <exception cref="InvalidOperationException">The file is missing, empty, too long, or readable by anybody but its owner. The message names the path, never the content.</exception>
    public static string Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileInfo(path);
        if (!file.Exists) throw new InvalidOperationException($"The secret file {path} does not exist.");
        if (!OperatingSystem.IsWindows() && (file.UnixFileMode & OthersModes) != 0)
            throw new InvalidOperationException($"The secret file {path} is open to its group or to others; set its mode to 0600.");
        if (file.Length > BytesMax) throw new InvalidOperationException($"The secret file {path} is longer than {BytesMax} bytes.");
        string text = File.ReadAllText(path).Trim();
        return text.Length > 0 ? text : throw new InvalidOperationException($"The secret file {path} is empty.");
    }
}
