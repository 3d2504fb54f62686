using System.Globalization;

namespace AlertGateway.Emulators.Hosting;

/// <summary>The tab-separated list of devices: endpoint number first, secrets after it.</summary>
public static class DeviceFile
{
    private const int LinesMax = 1_000_000;

    /// <summary>Reads rows of exactly <paramref name="columns"/> columns. The file holds secrets, so it must be closed to group and others.</summary>
    public static List<string[]> Read(string path, int columns)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"{path} does not exist");
        }

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
        {
            throw new UsageException($"{path} holds secrets and must have mode 0600");
        }

        var rows = new List<string[]>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var row = line.Split('\t');
            if (row.Length != columns || !int.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new UsageException($"{path}: row {rows.Count + 1} does not have {columns} columns with an endpoint number first");
            }

            rows.Add(row);
            if (rows.Count > LinesMax)
            {
                throw new UsageException($"{path} has more than {LinesMax} devices");
            }
        }

        return rows;
    }
}
