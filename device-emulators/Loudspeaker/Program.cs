using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>Village loudspeakers, thousands in one process; the wire is described in docs/protocols/loudspeaker-mqtt.md.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => EmulatorMain.RunAsync("Village loudspeakers over MQTT 5.", LoudspeakerOptions.All, arguments, RunAsync);

    private static async Task RunAsync(Arguments line, EmulatorLifetime lifetime)
    {
        var options = LoudspeakerOptions.Read(line);
        var devices = DeviceFile.Read(line.Required("--devices"), columns: 3);
        await using var journal = new Journal(line.Text("--journal"));
        using var sequences = new SequenceFile(options.SequencePath);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
        using var programmes = new ProgrammeStore(http, options.DownloadConcurrency);
        Directory.CreateDirectory(options.RecordDirectory);
        var firmware = new HornFirmware(TimeProvider.System, options.OrderKey, sequences, programmes, journal, options.Speed);
        using var fleet = new Fleet(options, firmware, devices);
        var running = fleet.RunAsync(lifetime.Ended);
        try
        {
            var connected = await fleet.FirstConnections.WaitAsync(lifetime.Ended);
            EmulatorMain.PrintReady("loudspeaker", ("connected", connected), ("devices", devices.Count));
        }
        catch (OperationCanceledException)
        {
            // Ended before every device had tried.
        }

        await running;
    }
}
