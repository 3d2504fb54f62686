using System.CommandLine;
using System.Text;
using AlertGateway.Server.Cli;
using AlertGateway.Storage.Ledger;
using Microsoft.Extensions.Options;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var root = new RootCommand("AlertGateway：预警发布网关，到户到人 · emergency alert dissemination, down to every household")
{
    DemoCommand.Create(), ServeCommands.Serve(), ServeCommands.People(), ServeCommands.City(), CapCommands.Create(), FeedCommands.Create(), SpeechCommands.Create(), AudioCommands.Create(), SameCommands.Create(), AuditCommands.Create(), ServeCommands.Doctor(), ServeCommands.Config(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("agw --help");
    return 2;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OptionsValidationException ex)
{
    Console.Error.WriteLine("设置有误 · the settings are wrong:");
    foreach (string failure in ex.Failures) Console.Error.WriteLine("  " + failure);
    return 2;
}
catch (Exception ex) when (ex is LedgerException or IOException or InvalidDataException or UnauthorizedAccessException or System.Text.Json.JsonException or FormatException or InvalidOperationException or HttpRequestException)
{
    Console.Error.WriteLine(ex.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 1;
}
