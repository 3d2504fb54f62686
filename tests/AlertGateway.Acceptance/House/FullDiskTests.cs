using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlertGateway.Core.Ingest;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Ledger;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Acceptance.House;

/// <summary>A full disk: a provider whose receipt cannot be kept is asked to come again, and only then; and a gateway that starts on it.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_comes_up_on_a_full_disk_takes_back_and_goes_on_once_there_is_space()
    {
        await using var house = await RunningHouse.StartAsync(households: 60, Stop);
        string small = Directory.CreateDirectory(Path.Combine(house.Folder, "small")).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", small), "no right to mount a file system");
        try
        {
            await FullDiskAsync(house, small);
        }
        finally
        {
            house.Gateway.Kill();
            Run("umount", "-l", small);
        }
    }

    private static async Task FullDiskAsync(RunningHouse house, string small)
    {
        var running = await house.GetAsync($"/v1/proposals/{await LaidAsync(house, "running")}", Stop);
        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, running, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }

        // What a disk that became full between two rows leaves behind: taken in, and not laid.
        using var before = house.Gateway;
        before.Kill();
        string path = Path.Combine(house.DataFolder, "ledger.db");
        using (var ledger = SqliteLedger.Open(path, new SqliteLedgerOptions { ReserveBytes = 0 }))
        using (var ingest = new IngestRoom(ledger, TimeProvider.System, new IngestOptions()))
        {
            ledger.Read(1, ingest.OnCommitted);
            ledger.Observe(ingest);
            Assert.NotNull(Assert.Single(await ingest.TakeAsync(Encoding.UTF8.GetBytes(Cap("cut-off")), new SubmissionSource("feed:city", false, 0), Stop)).Submission);
        }

        // The same data on a small file system, full but for a part of the reserve, which is given up.
        string filler = Path.Combine(small, "filler");
        File.Delete(path + ".reserve");
        Assert.True(Run("cp", "-a", house.DataFolder + "/.", small));
        Directory.Move(house.DataFolder, house.DataFolder + ".before");
        Directory.CreateSymbolicLink(house.DataFolder, small);
        Fill(filler, leave: 6 * 1024 * 1024);
        await house.StartGatewayAsync(Stop);

        using (var refused = await house.SubmitAsync(Cap("refused"), Stop)) Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        using (var cancelled = await house.Officer.PostAsJsonAsync("/v1/disseminations/1/cancel", new { reason = "误发", falseAlarm = false }, Stop)) Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        Assert.Single((await house.GetAsync("/v1/proposals", Stop)).EnumerateArray());

        File.Delete(filler);
        await RunningHouse.UntilAsync(async () => (await house.GetAsync("/v1/proposals", Stop)).GetArrayLength(), n => n == 2, Stop);
        await LaidAsync(house, "refused");
    }

    [Fact]
    public async Task What_the_ledger_has_no_room_for_is_answered_with_503_and_asked_for_again()
    {
        var context = new DefaultHttpContext();
        await FullDisk.AnswerAsync(context, static _ => throw new LedgerFullException("full"));
        Assert.Equal((503, "30"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task A_ledger_that_failed_is_no_full_disk()
    {
        var context = new DefaultHttpContext();
        await Assert.ThrowsAsync<LedgerException>(() => FullDisk.AnswerAsync(context, static _ => throw new LedgerException("fsync failed")));
        Assert.Equal(200, context.Response.StatusCode);
    }

    private static string Cap(string identifier) =>
        new CapDocument { Identifier = identifier, Sent = TimeProvider.System.GetUtcNow().AddMinutes(-5), Life = TimeSpan.FromHours(3), Geocodes = [("CPEAS Geographic Code", "320481000000")] }.ToString();

    private static async Task<int> LaidAsync(RunningHouse house, string identifier)
    {
        using var answer = await house.SubmitAsync(Cap(identifier), Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("proposalNos")[0].GetInt32();
    }

    private static void Fill(string path, int leave)
    {
        using var file = new FileStream(path, FileMode.Create);
        var block = new byte[64 * 1024];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }

        file.SetLength(file.Length - leave);
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
