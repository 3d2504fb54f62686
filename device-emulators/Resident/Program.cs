using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Resident;

/// <summary>Residents' apps, thousands in one process; the wire is described in docs/protocols/resident-push.md.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => EmulatorMain.RunAsync("Residents' apps over SignalR.", ResidentOptions.All, arguments, RunAsync);

    private static async Task RunAsync(Arguments line, EmulatorLifetime lifetime)
    {
        var options = ResidentOptions.Read(line);
        var devices = DeviceFile.Read(line.Required("--devices"), columns: 2);
        await using var journal = new Journal(line.Text("--journal"));
        using var sockets = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        var hub = new Uri($"{options.Server.GetLeftPart(UriPartial.Authority)}{options.Server.AbsolutePath.TrimEnd('/')}/hubs/resident");
        await using var town = new Town(options, new LinkSurroundings(hub, sockets, TimeProvider.System, journal), devices);
        var running = town.RunAsync(lifetime.Ended);
        try
        {
            var connected = await town.FirstConnections.WaitAsync(lifetime.Ended);
            EmulatorMain.PrintReady("resident", ("connected", connected));
        }
        catch (OperationCanceledException)
        {
            // Ended before every app had tried.
        }

        await running;
    }
}
