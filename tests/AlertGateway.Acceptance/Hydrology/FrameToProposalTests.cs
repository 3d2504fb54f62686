using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Server.City;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.DependencyInjection;

namespace AlertGateway.Acceptance.Hydrology;

/// <summary>The whole server, a small synthetic city, and one station's frame over TCP. The frame and its checksum are written here by hand, not by the product.</summary>
public sealed class FrameToProposalTests
{
    [Fact]
    public async Task A_stations_frame_over_the_warning_stage_lies_on_the_desk_as_a_proposal()
    {
        var stop = TestContext.Current.CancellationToken;
        string folder = Directory.CreateTempSubdirectory("agw-hydrology-").FullName;
        try
        {
            await using var gateway = await Gateway.StartAsync(Settings(folder), stop);
            var seen = new FirstProposal();
            gateway.App.Services.GetRequiredService<ILedger>().Observe(seen); // nothing is appended before the frame
            using (var station = new TcpClient())
            {
                await station.ConnectAsync("127.0.0.1", gateway.App.Services.GetRequiredService<HydrologyHouse>().Stations!.Port, stop);
                await station.GetStream().WriteAsync(Report("0012345678", 4620, TimeProvider.System.GetUtcNow()), stop);
                var answer = new byte[25];
                await station.GetStream().ReadExactlyAsync(answer, stop);
                Assert.Equal((0x7E, 0x32, 0x1B), (answer[0], answer[10], answer[22]));
            }

            await seen.Task.WaitAsync(TimeSpan.FromMinutes(5), stop);
            var proposal = Assert.Single(gateway.App.Services.GetRequiredService<ApprovalDesk>().All);
            Assert.Equal((WarningColour.Yellow, "Liyang_Water_Bureau", 0), (proposal.Submission.Colour, proposal.Submission.Alert.Sender, proposal.Submission.Source.PersonId));
            Assert.Equal("feed:thresholds-liyang-stage", proposal.Submission.Source.Name);
            Assert.Empty(proposal.Signatures); // a rule is never a person
            Assert.NotEqual(ProposalState.Cleared, proposal.State);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Settings(string folder)
    {
        string config = GatewayConfiguration.ConfigFolder;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "thresholds"));
        string token = Path.Combine(folder, "data", "twilio.token");
        File.WriteAllText(token, "a");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string thresholds = File.ReadAllText(Path.Combine(config, "thresholds", "liyang.json"));
        File.WriteAllText(Path.Combine(folder, "thresholds", "liyang.json"), thresholds.Replace("\"id\": \"liyang-stage\", \"kind\": \"river\", \"station\": \"\"", "\"id\": \"liyang-stage\", \"kind\": \"river\", \"station\": \"0012345678\"", StringComparison.Ordinal));
        using (var registry = RegistryStore.Open(Path.Combine(folder, "data", "registry.db")))
            SyntheticCity.Create(registry, SchematicCity.Read(Path.Combine(config, "cities", "liyang")), new CityOptions { Households = 200, PushPersons = 5, Loudspeakers = 5 });
        string file = Path.Combine(folder, "settings.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            Gateway = new { Url = "http://127.0.0.1:0", DataFolder = Path.Combine(folder, "data") },
            Sms = new { TokenFile = token },
            Loudspeaker = new { Port = 0 },
            Hydrology = new { ThresholdsFolder = Path.Combine(folder, "thresholds"), Sl651 = new { Enabled = true, Port = 0 } },
        }));
        return file;
    }

    /// <summary>Function 32: one element 39 of four bytes and three decimals.</summary>
    private static byte[] Report(string station, int millimetres, DateTimeOffset now)
    {
        var beijing = now.ToOffset(TimeSpan.FromHours(8));
        string body = string.Create(CultureInfo.InvariantCulture, $"0001{beijing:yyMMddHHmmss}F1F1{station}48F0F0{beijing:yyMMddHHmm}3923{millimetres:00000000}");
        byte[] frame = Convert.FromHexString(string.Create(CultureInfo.InvariantCulture, $"7E7E01{station}1234320{body.Length / 2:X3}02{body}03"));
        int sum = 0xFFFF;
        foreach (byte b in frame)
        {
            sum ^= b;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) == 1 ? (sum >> 1) ^ 0xA001 : sum >> 1;
        }

        return [.. frame, (byte)(sum >> 8), (byte)sum];
    }

    private sealed class FirstProposal : ICommitObserver
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _seen.Task;

        public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
        {
            foreach (ref readonly var e in events)
            {
                if (e.Kind == LedgerEventKind.Proposed) _seen.TrySetResult();
            }
        }
    }
}
