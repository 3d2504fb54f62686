using AlertGateway.Emulators.Hosting;
using AlertGateway.Emulators.SmsProvider;

return await EmulatorMain.RunAsync(
    "SMS provider emulator: Twilio's Messages API, signed callbacks, and every way of failing.",
    SmsProviderOptions.CommandLine,
    args,
    async (arguments, lifetime) =>
    {
        await using var server = await SmsProviderServer.StartAsync(SmsProviderOptions.From(arguments), lifetime.Ended);
        EmulatorMain.PrintReady("sms-provider", ("url", server.Url.ToString().TrimEnd('/')), ("h2Url", server.H2Url.ToString().TrimEnd('/')));
        await lifetime.WaitAsync();
    });
