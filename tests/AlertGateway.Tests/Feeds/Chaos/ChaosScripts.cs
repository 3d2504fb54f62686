using AlertGateway.Emulators.Feed;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>The scripts that the feed emulator ships.</summary>
internal static class ChaosScripts
{
    public static string Root { get; } = Find();

    public static FeedTimeline Read(string name) => FeedTimeline.Parse(File.ReadLines(Path.Combine(Root, "device-emulators", "Feed", "scripts", name + ".txt")));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AlertGateway.sln"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
