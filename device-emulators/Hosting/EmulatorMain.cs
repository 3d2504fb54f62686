using System.Text.Json;

namespace AlertGateway.Emulators.Hosting;

/// <summary>What every emulator's <c>Main</c> does around its own work.</summary>
public static class EmulatorMain
{
    /// <summary>Prints help, or parses and runs. Exit code 0 = ended cleanly, 1 = could not run, 2 = wrong usage.</summary>
    public static async Task<int> RunAsync(
        string title, IReadOnlyList<Option> options, string[] commandLine, Func<Arguments, EmulatorLifetime, Task> run)
    {
        if (Arguments.AsksForHelp(commandLine))
        {
            await Console.Out.WriteAsync(Arguments.Help(title, options));
            return 0;
        }

        try
        {
            var arguments = new Arguments(options, commandLine);
            using var lifetime = new EmulatorLifetime(arguments.ParentPid);
            await run(arguments, lifetime);
            return 0;
        }
        catch (UsageException ex)
        {
            await Console.Error.WriteLineAsync($"{ex.Message}; see --help");
            return 2;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }
    }

    /// <summary>Prints the ready line, the first and only line of stdout.</summary>
    /// <param name="name">Name of the emulator.</param>
    /// <param name="members">Further members, such as <c>url</c>.</param>
    public static void PrintReady(string name, params ReadOnlySpan<(string Name, object Value)> members)
    {
        var line = new Dictionary<string, object> { ["ready"] = true, ["name"] = name };
        foreach (var (member, value) in members) line[member] = value;
        Console.Out.WriteLine(JsonSerializer.Serialize(line));
        Console.Out.Flush();
    }
}
