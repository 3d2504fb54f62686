using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AlertGateway.Server.Demo;

/// <summary>A process of the supervisor's own: its ready line, its end. Only such processes are ever ended.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int SigTerm = 15;
    private const string Nice = "/usr/bin/nice";
    private readonly Process _process;

    private ChildProcess(Process process, JsonElement ready) => (_process, Ready) = (process, ready);

    /// <summary>The JSON object of the first line on stdout.</summary>
    public JsonElement Ready { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program and waits for its ready line; stderr goes to a log file.</summary>
    /// <param name="home">The program's home, where its <c>config</c> lies; null for this process's own.</param>
    /// <param name="yields">It stands for machines with processors of their own: where others want the processor too, it comes last (nice 15).</param>
    /// <exception cref="InvalidOperationException">It ended or stayed silent; the message names its log.</exception>
    public static async Task<ChildProcess> StartAsync(string program, IEnumerable<string> arguments, string log, TimeSpan patience, CancellationToken cancellationToken, string? home = null, bool yields = false)
    {
        if (!File.Exists(program)) throw new InvalidOperationException($"找不到程序 · program not built: {program}");
        string[] niced = yields && File.Exists(Nice) ? [Nice, "-n", "15", program] : [program];
        var start = new ProcessStartInfo(niced[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in niced.Skip(1).Concat(arguments)) start.ArgumentList.Add(argument);
        if (home is not null) start.Environment["AGW_HOME"] = home;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        _ = CopyAsync(process.StandardError, log);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            if (line is null) throw new InvalidOperationException($"{Path.GetFileName(program)} 启动失败 · ended at once, see {log}");
            _ = CopyAsync(process.StandardOutput, log + ".out");
            return new ChildProcess(process, JsonDocument.Parse(line).RootElement.Clone());
        }
        catch (Exception ex) when (ex is OperationCanceledException or JsonException or InvalidOperationException)
        {
            if (!process.HasExited) process.Kill();
            throw ex is OperationCanceledException && !cancellationToken.IsCancellationRequested ? new InvalidOperationException($"{Path.GetFileName(program)} 没有就绪 · did not get ready, see {log}") : ex;
        }
    }

    /// <summary>kill -9, and wait until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and wait; kill -9 after ten seconds.</summary>
    public void End()
    {
        if (_process.HasExited) return;
        _ = SendSignal(_process.Id, SigTerm);
        if (!_process.WaitForExit(10_000)) Kill();
    }

    /// <summary>Closes its standard input, as the end of this process would, and waits for it to end by itself.</summary>
    /// <exception cref="OperationCanceledException">It went on.</exception>
    public async Task<int> OrphanAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Peak resident memory (VmHWM) in MiB; 0 when the process is gone.</summary>
    public double PeakMemoryMiB()
    {
        try
        {
            string? line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), System.Globalization.CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public void Dispose() => _process.Dispose();

    private static async Task CopyAsync(StreamReader from, string log)
    {
        await using var file = new StreamWriter(new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        while (await from.ReadLineAsync() is { } line) await file.WriteLineAsync(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
