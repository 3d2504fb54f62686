namespace AlertGateway.Server.Composition;

/// <summary>Settings in their order: shipped file, local file, a file named on the command line, environment, command line.</summary>
public static class GatewayConfiguration
{
    /// <summary>The program's home: <c>AGW_HOME</c>, or the nearest folder upwards that has <c>config/tones</c>.</summary>
    public static string Home()
    {
        if (Environment.GetEnvironmentVariable("AGW_HOME") is { Length: > 0 } home) return home;
        foreach (string start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (Directory.Exists(Path.Combine(folder.FullName, "config", "tones"))) return folder.FullName;
            }
        }
        return Directory.GetCurrentDirectory();
    }

    public static string ConfigFolder => Path.Combine(Home(), "config");

    /// <param name="settingsFile">A file of the same form that wins over the shipped ones; null for none.</param>
    public static void Apply(ConfigurationManager configuration, string? settingsFile)
    {
        configuration.Sources.Clear();
        configuration.AddJsonFile(Path.Combine(ConfigFolder, "alertgateway.json"), optional: true);
        configuration.AddJsonFile(Path.Combine(ConfigFolder, "alertgateway.local.json"), optional: true);
        if (settingsFile is not null) configuration.AddJsonFile(Path.GetFullPath(settingsFile), optional: false);
        configuration.AddEnvironmentVariables("AlertGateway__");
    }
}
