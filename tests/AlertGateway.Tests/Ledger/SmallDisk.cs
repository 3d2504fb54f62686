using System.Diagnostics;

namespace AlertGateway.Tests.Ledger;

/// <summary>A real file system of a few pages, mounted for one test where mounting is allowed.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(string size) => IsMounted = Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("agw-small-").FullName;

    public bool IsMounted { get; }

    public void Dispose()
    {
        if (IsMounted) Run("umount", Path);
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>Writes until nothing more goes in.</summary>
    public static void Fill(string file)
    {
        using var filler = new FileStream(file, FileMode.Create);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
                filler.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
