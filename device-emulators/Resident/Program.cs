using System.Text.Json;
using AlertGateway.Emulators.ClientHost;

namespace AlertGateway.Emulators.Resident;

/// <summary>Residents' apps, thousands in one process; the wire is described in docs/protocols/resident-push.md.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var line = CommandLine.Parse(arguments, ResidentOptions.All);
            if (line.WantsHelp)
            {
                Console.Out.Write(CommandLine.Help("Residents' apps over SignalR.", ResidentOptions.All));
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
        var options = ResidentOptions.Read(line);
        var devices = DeviceFile.Read(line.RequiredText("--devices"), columns: 2);
        using var lifetime = new Lifetime(line.Integer("--parent", 0, int.MaxValue), TimeProvider.System);
        using var journal = new Journal(line.Text("--journal"), TimeProvider.System);
        using var sockets = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        var hub = new Uri($"{options.Server.GetLeftPart(UriPartial.Authority)}{options.Server.AbsolutePath.TrimEnd('/')}/hubs/resident");
        await using var town = new Town(options, new LinkSurroundings(hub, sockets, TimeProvider.System, journal), devices);
        var running = town.RunAsync(lifetime.Ending);
        try
        {
            var connected = await town.FirstConnections.WaitAsync(lifetime.Ending);
            Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = true, name = "resident", connected }));
        }
        catch (OperationCanceledException)
        {
            // Ended before every app had tried.
        }

        await running;
    }
}
