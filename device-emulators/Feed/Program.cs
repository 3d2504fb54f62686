using AlertGateway.Emulators.Feed;
using AlertGateway.Emulators.Hosting;

return await EmulatorMain.RunAsync(
    "Feed emulator: CAP over Atom and RSS, replayed to the present or answered badly on purpose.",
    FeedOptions.CommandLine,
    args,
    async (arguments, lifetime) =>
    {
        await using var server = await FeedServer.StartAsync(FeedOptions.From(arguments), lifetime.Ended);
        EmulatorMain.PrintReady("feed", ("url", server.Url.ToString().TrimEnd('/')));
        await lifetime.WaitAsync();
    });
