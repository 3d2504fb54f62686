using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace AlertGateway.Tests.Audio;

/// <summary>A program of somebody else that judges our bytes: multimon-ng, minimodem, ffmpeg, sox, espeak-ng.</summary>
internal static class ForeignTool
{
    /// <summary>Skips the test, visibly, when the program is not on this machine; fails it where <c>AGW_JUDGES=required</c>, as in continuous integration.</summary>
    public static void Require(params string[] programs)
    {
        if (Environment.GetEnvironmentVariable("AGW_JUDGES") == "required") Assert.All(programs, program => Assert.True(IsInstalled(program), $"{program} is not installed"));
        foreach (var program in programs) Assert.SkipUnless(IsInstalled(program), $"{program} is not installed");
    }

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs it to its end and gives both outputs with what is not printable replaced by line ends.</summary>
    public static async Task<string> RunAsync(string program, string arguments, string? input = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.Latin1, StandardErrorEncoding = Encoding.Latin1, StandardInputEncoding = new UTF8Encoding(false) };
        using var process = Process.Start(start) ?? throw new Win32Exception($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var complaints = process.StandardError.ReadToEndAsync(stop);
        if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), stop);
        process.StandardInput.Close();
        await process.WaitForExitAsync(stop);
        var both = await output + "\n" + await complaints;
        return string.Concat(both.Select(c => c is >= ' ' and <= '~' or '\n' ? c : '\n'));
    }

    public static string Lines(string output, string start) => string.Join('\n', output.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal)));
}

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("agw-audio-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, AlertGateway.Audio.Pcm pcm)
    {
        File.WriteAllBytes(this[name], AlertGateway.Audio.WavFile.Write(pcm));
        return this[name];
    }

    public AlertGateway.Audio.Pcm Read(string name)
    {
        Assert.True(AlertGateway.Audio.WavFile.TryRead(File.ReadAllBytes(this[name]), out var pcm, out var problem), problem);
        return pcm!;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
