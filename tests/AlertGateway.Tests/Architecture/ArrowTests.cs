using System.Runtime.CompilerServices;
using System.Xml.Linq;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Architecture;

/// <summary>The arrows of the house, read from the project files; and numbers that lie on operators' disks.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["AlertGateway.Cap"] = [],
        ["AlertGateway.Audio"] = [],
        ["AlertGateway.Storage"] = [],
        ["AlertGateway.Core"] = ["AlertGateway.Cap", "AlertGateway.Storage"],
        ["AlertGateway.Feeds"] = ["AlertGateway.Cap", "AlertGateway.Core"],
        ["AlertGateway.Channels"] = ["AlertGateway.Audio", "AlertGateway.Core"],
        ["AlertGateway.Server"] = ["AlertGateway.Audio", "AlertGateway.Cap", "AlertGateway.Channels", "AlertGateway.Core", "AlertGateway.Feeds", "AlertGateway.Storage"],
    };

    [Fact]
    public void Projects_refer_to_each_other_along_the_drawn_arrows_only()
    {
        foreach (string file in Projects("src"))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{name} is not in the drawing");
            Assert.Equal(allowed, References(file));
        }
    }

    [Fact]
    public void Emulators_refer_to_nothing_in_the_product()
    {
        var files = Projects("device-emulators").ToList();
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            Assert.DoesNotContain(References(file), r => Allowed.ContainsKey(r));
            Assert.DoesNotContain("/src/", File.ReadAllText(file).Replace('\\', '/'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_audio_leaf_has_no_packages()
    {
        var packages = XDocument.Load(Path.Combine(Root, "src/AlertGateway.Audio/AlertGateway.Audio.csproj")).Descendants("PackageReference");
        Assert.Empty(packages);
    }

    [Fact]
    public void Only_the_composition_root_and_programs_outside_the_product_may_read_a_clock()
    {
        var free = Projects("src").Where(f => File.ReadAllText(f).Contains("<ClocksAllowed>true", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(["AlertGateway.Server"], free);
    }

    [Fact]
    public void Persisted_numbers_never_change() // Ledgers on operators' disks hold these bytes: add lines, edit none.
    {
        Assert.Equal("Submitted=1 Refused=2 Proposed=3 Signed=4 Returned=5 AudienceFrozen=6 RenditionStored=7 Cleared=8 VillageEnds=9 Started=20 Result=21 Receipt=22 ReceiptsClosed=23 Suppressed=24 VillagesEnded=25 Cancelled=30 Superseded=31 CorrectionOrdered=32 CancelAudience=33 Visited=40 Closed=41 VillageEvacuated=42 ClockTrusted=50", Numbers<LedgerEventKind>());
        Assert.Equal("None=0 Sms=1 Push=2 Loudspeaker=3 Broadcast=4", Numbers<ChannelKind>());
        Assert.Equal("Original=0 Cancel=1 Correction=2 Reminder1=11 Reminder2=12", Numbers<Purpose>());
        Assert.Equal("Planned=0 Started=1 Accepted=2 Delivered=3 Presented=4 Acknowledged=5 Visited=6", Numbers<Evidence>());
        Assert.Equal("Accepted=1 RetryLater=2 Refused=3 Unknown=4 Unreachable=5 NotSent=6 NeverTaken=7 AskedInVain=8", Numbers<ResultCode>());
        Assert.Equal("Commit=1 Decision=2", Numbers<AlertGateway.Storage.Audit.AuditEntryKind>());
        Assert.Equal("Proposer=1 Approver=2 StandingOrder=3 BreakGlass=4", Numbers<AlertGateway.Core.Approval.SignatureRole>());
        Assert.Equal("None=0 LinkDown=1 DeadlinePassed=2 Throttled=3 BadAddress=4 OptedOut=5 NotAuthorised=6 ServerError=7 TimedOut=8 GatewayCrashed=9 GateClosed=10 Unmarked=11 WrongWorld=12 NotConnected=13 DeviceRefused=14 DeviceSilent=15 TooLong=16 AttemptsExhausted=17 Expired=18 UnknownOutcome=19 RecordUnreadable=20 NoRendition=21", Numbers<DispatchError>());
        Assert.Equal((0, 1, 2), (AlertGateway.Core.Dispatch.CancelAudienceCodes.BesideItsOwn, AlertGateway.Core.Dispatch.CancelAudienceCodes.InsteadOfItsOwn, AlertGateway.Core.Dispatch.CancelAudienceCodes.CorrectedToo));
        Assert.Equal("Planned=0 InFlight=1 Retrying=2 Unknown=3 Accepted=4 Delivered=10 HandedOff=11 Failed=12 Suppressed=13", Numbers<Outcome>());
    }

    private static string Root { get; } = FindRoot();

    private static string Numbers<T>() where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture)}"));

    private static IEnumerable<string> Projects(string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static string[] References(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include") ?? "").Replace('\\', '/'))).Order(StringComparer.Ordinal)];

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AlertGateway.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The repository's root was not found.");
    }
}
