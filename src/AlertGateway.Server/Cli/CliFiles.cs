using AlertGateway.Audio;

namespace AlertGateway.Server.Cli;

/// <summary>Files named on the command line: every failure is one sentence on standard error.</summary>
internal static class CliFiles
{
    public static int Refuse(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }

    public static byte[]? TryRead(string file, long bytesMax)
    {
        try
        {
            if (new FileInfo(file).Length <= bytesMax) return File.ReadAllBytes(file);
            Refuse($"文件过大。 {file} is larger than {bytesMax} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse($"无法读取。 {file} cannot be read: {exception.Message}");
        }
        return null;
    }

    public static Pcm? TryReadWav(string file)
    {
        if (TryRead(file, WavFile.BytesMax) is not { } bytes) return null;
        if (WavFile.TryRead(bytes, out var pcm, out var problem)) return pcm;
        Refuse($"不是可用的WAV文件。 {file} is no usable WAV file: {problem}.");
        return null;
    }

    public static bool TryWrite(string file, byte[] bytes)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder) Directory.CreateDirectory(folder);
            File.WriteAllBytes(file, bytes);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse($"无法写入。 {file} cannot be written: {exception.Message}");
            return false;
        }
    }
}
