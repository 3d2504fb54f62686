using System.Text.Json;
using AlertGateway.Emulators.ClientHost;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>Village loudspeakers, thousands in one process; the wire is described in docs/protocols/loudspeaker-mqtt.md.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var line = CommandLine.Parse(arguments, LoudspeakerOptions.All);
            if (line.WantsHelp)
            {
                Console.Out.Write(CommandLine.Help("Village loudspeakers over MQTT 5.", LoudspeakerOptions.All));
                return 0;
            }

            await RunAsync(line);
            return 0;
        }
        catch (UsageException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 2;
        }
    }

    private static async Task RunAsync(CommandLine line)
    {
        var options = LoudspeakerOptions.Read(line);
        var devices = DeviceFile.Read(line.RequiredText("--devices"), columns: 3);
        using var lifetime = new Lifetime(line.Integer("--parent", 0, int.MaxValue), TimeProvider.System);
        using var journal = new Journal(line.Text("--journal"), TimeProvider.System);
        using var sequences = new SequenceFile(options.SequencePath);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
        using var programmes = new ProgrammeStore(http, options.DownloadConcurrency);
        Directory.CreateDirectory(options.RecordDirectory);
        var firmware = new HornFirmware(TimeProvider.System, options.OrderKey, sequences, programmes, journal, options.Speed);
        using var fleet = new Fleet(options, firmware, devices);
        var running = fleet.RunAsync(lifetime.Ending);
        try
        {
            var connected = await fleet.FirstConnections.WaitAsync(lifetime.Ending);
            Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = true, name = "loudspeaker", connected, devices = devices.Count }));
        }
        catch (OperationCanceledException)
        {
            // Ended before every device had tried.
        }

        await running;
    }
}
