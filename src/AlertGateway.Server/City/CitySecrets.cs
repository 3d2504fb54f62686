using System.Globalization;
using System.Text;

namespace AlertGateway.Server.City;

/// <summary>A device's token in clear; the registry holds its SHA-256 only.</summary>
public readonly record struct DeviceToken(int EndpointNo, string Token, bool Exercise);

/// <summary>A loudspeaker's Ed25519 seed (32 bytes); the registry holds its public key only.</summary>
public sealed record HornKey(int EndpointNo, ReadOnlyMemory<byte> Seed, bool Exercise)
{
    public string DeviceId => string.Create(CultureInfo.InvariantCulture, $"H{EndpointNo}");
}

/// <summary>What the emulated devices keep for themselves: from the system's random source, never from the seed, and never in the registry.</summary>
public sealed record CitySecrets(IReadOnlyList<DeviceToken> Push, IReadOnlyList<HornKey> Horns, IReadOnlyList<DeviceToken> Stations)
{
    public const string PushFile = "push-devices.tsv", PushExerciseFile = "push-devices-exercise.tsv", HornFile = "horn-devices.tsv", HornExerciseFile = "horn-devices-exercise.tsv";

    /// <summary>The token file of a station.</summary>
    public static string StationFile(int endpointNo) => string.Create(CultureInfo.InvariantCulture, $"station-{endpointNo}.token");

    /// <summary>Writes the emulators' device files, mode 0600, into a folder that exists. Files of the same name are replaced.</summary>
    public void WriteTo(string folder)
    {
        Write(folder, PushFile, Push.Where(p => !p.Exercise).Select(Line));
        Write(folder, PushExerciseFile, Push.Where(p => p.Exercise).Select(Line));
        Write(folder, HornFile, Horns.Where(h => !h.Exercise).Select(Line));
        Write(folder, HornExerciseFile, Horns.Where(h => h.Exercise).Select(Line));
        foreach (var station in Stations) Write(folder, StationFile(station.EndpointNo), [station.Token]);
    }

    private static string Line(DeviceToken device) => string.Create(CultureInfo.InvariantCulture, $"{device.EndpointNo}\t{device.Token}");

    private static string Line(HornKey horn) => string.Create(CultureInfo.InvariantCulture, $"{horn.EndpointNo}\t{horn.DeviceId}\t{Convert.ToBase64String(horn.Seed.Span)}");

    private static void Write(string folder, string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(folder, name);
        // A file that stands there may have a wider mode, which opening it would keep.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        foreach (string line in lines) writer.WriteLine(line);
    }
}
