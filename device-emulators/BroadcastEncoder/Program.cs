using AlertGateway.Emulators.BroadcastEncoder;
using AlertGateway.Emulators.Hosting;

return await EmulatorMain.RunAsync(
    "Broadcast encoder emulator: pulls signed orders and plays them on a virtual transmitter.",
    EncoderOptions.CommandLine,
    args,
    async (arguments, lifetime) =>
    {
        await using var station = new Station(EncoderOptions.From(arguments));
        EmulatorMain.PrintReady("broadcast-encoder");
        await station.RunAsync(lifetime.Ended);
    });
