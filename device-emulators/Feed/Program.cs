using AlertGateway.Emulators.Feed;
using AlertGateway.Emulators.Hosting;

return await EmulatorMain.RunAsync(
    "Feed emulator: CAP over Atom and RSS, replayed to the present or answered badly on purpose; a hydrological station (--sl651), or a monitoring system that pushes (--push).",
    FeedOptions.CommandLine,
    args,
    async (arguments, lifetime) =>
    {
        if (arguments.Text("--sl651") is not null)
        {
            await using var journal = new Journal(arguments.Text("--journal"));
            var station = new Sl651Station(Sl651Arguments.Address(arguments), arguments.WholeNumber("--sl651", least: 1, most: 65535), journal, Sl651Arguments.Faults(arguments), arguments.WholeNumber("--seed"));
            EmulatorMain.PrintReady("sl651-station");
            await station.RunAsync(Sl651Arguments.Stages(arguments), TimeSpan.FromMilliseconds(arguments.WholeNumber("--interval-ms")), TimeProvider.System, lifetime.Ended);
            return;
        }

        if (arguments.Text("--push") is not null)
        {
            await using var journal = new Journal(arguments.Text("--journal"));
            using var system = new PushSystem(arguments.Required("--sender"), PushArguments.Key(arguments), PushArguments.Url(arguments), journal, PushArguments.Faults(arguments), arguments.WholeNumber("--seed"));
            EmulatorMain.PrintReady("push-system");
            await system.RunAsync(Sl651Arguments.Address(arguments), "stage", "m", Sl651Arguments.Stages(arguments), TimeSpan.FromMilliseconds(arguments.WholeNumber("--interval-ms")), TimeProvider.System, lifetime.Ended);
            return;
        }

        var options = FeedOptions.From(arguments);
        await using var server = await FeedServer.StartAsync(options, lifetime.Ended);
        EmulatorMain.PrintReady("feed", ("url", server.Url.ToString().TrimEnd('/')), ("stream", $"tcp://127.0.0.1:{server.Stream.Port}"));
        if (options.Script is { } script) _ = PlayAsync(server, script, options.Directory ?? ".", lifetime.Ended);
        await lifetime.WaitAsync();
    });

static async Task PlayAsync(FeedServer server, StreamScript script, string directory, CancellationToken cancellationToken)
{
    try
    {
        await server.Stream.ConnectedAsync().WaitAsync(cancellationToken);
        await server.Stream.RunAsync(script, directory, cancellationToken);
    }
    catch (Exception e) when (e is OperationCanceledException or IOException or FormatException or System.Xml.XmlException)
    {
        if (!cancellationToken.IsCancellationRequested) Console.Error.WriteLine($"The script ended: {e.Message}");
    }
}
