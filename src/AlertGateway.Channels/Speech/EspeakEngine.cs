using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// espeak-ng as a process for each sentence: text by standard input (an argument "-5度" would be read as options), WAV from standard output.
/// A crash or a hang costs one sentence, never the gateway.
/// </summary>
public sealed class EspeakEngine(EspeakOptions options, LexiconSource lexicon, TimeProvider clock) : ISpeechEngine, IDisposable
{
    private const int OutputBytesMax = 32 * 1024 * 1024;

    private readonly SemaphoreSlim _processes = new(options.ProcessesMax);

    public string Name => "espeak-ng";

    public async Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Language is not ("zh" or "en")) return SpeechOutcome.Failed($"does not speak {request.Language}");
        var chinese = request.Language == "zh";
        var text = chinese ? lexicon.Current.Annotate(request.Script) : request.Script;
        await _processes.WaitAsync(cancellationToken);
        try
        {
            using var deadline = new CancellationTokenSource(options.Timeout, clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            try
            {
                return await RunAsync(chinese ? options.ChineseVoice : options.EnglishVoice, request.WordsPerMinute, text, linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"espeak-ng gave no answer within {options.Timeout.TotalSeconds:0.#} s"));
            }
        }
        finally
        {
            _processes.Release();
        }
    }

    public void Dispose() => _processes.Dispose();

    private async Task<SpeechOutcome> RunAsync(string voice, int wordsPerMinute, string text, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(options.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
        };
        string[] arguments = ["-v", voice, "-s", wordsPerMinute.ToString(CultureInfo.InvariantCulture), "-p", options.Pitch.ToString(CultureInfo.InvariantCulture), "-b", "1", "--stdin", "--stdout"];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = start };
        try
        {
            if (!process.Start()) return SpeechOutcome.Failed("espeak-ng did not start");
        }
        catch (Win32Exception)
        {
            return SpeechOutcome.Failed("espeak-ng is not installed");
        }
        try
        {
            var reading = ReadBoundedAsync(process.StandardOutput.BaseStream, cancellationToken);
            var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
            var problem = await WriteAsync(process, text, cancellationToken);
            var output = await reading;
            await complaints;
            await process.WaitForExitAsync(cancellationToken);
            if (output is null) return SpeechOutcome.Failed("espeak-ng gave too much sound");
            if (process.ExitCode != 0) return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"espeak-ng ended with code {process.ExitCode}"));
            if (problem is not null && output.Length == 0) return SpeechOutcome.Failed(problem);
            return WavFile.TryRead(output, out var pcm, out var unreadable) ? SpeechOutcome.Spoken(pcm!) : SpeechOutcome.Failed($"espeak-ng gave no readable sound: {unreadable}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    // A program that ends without reading its input breaks the pipe; its exit code says more than that.
    private static async Task<string?> WriteAsync(Process process, string text, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(text.AsMemory(), cancellationToken);
            await process.StandardInput.WriteAsync("\n".AsMemory(), cancellationToken);
            process.StandardInput.Close();
            return null;
        }
        catch (IOException)
        {
            return "espeak-ng closed its input";
        }
    }

    private static async Task<byte[]?> ReadBoundedAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var collected = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (collected.Length + read > OutputBytesMax) return null;
            collected.Write(buffer, 0, read);
        }
        return collected.ToArray();
    }
}
