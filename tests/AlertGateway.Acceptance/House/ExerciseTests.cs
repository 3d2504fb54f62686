using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Server.City;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Acceptance.House;

/// <summary>I8 over the whole house: an exercise for the whole county, with live and exercise devices connected side by side on every channel. The judge is what the far sides wrote down.</summary>
public sealed class ExerciseTests
{
    private static readonly string[] Marks = ["【演练】", "EXERCISE", "演练", "Exercise"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exercise_reaches_exercise_endpoints_only_and_says_so_first_and_last()
    {
        await using var house = await RunningHouse.StartAsync(households: 400, Stop, withSmsProvider: true, push: 8, loudspeakers: 10);
        await ConnectEverybodyAsync(house);
        using var answer = await house.SubmitAsync(await AnExerciseAsync(), Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var proposal = await house.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
        Assert.Empty(proposal.GetProperty("holds").EnumerateArray());
        var renditions = proposal.GetProperty("renditions").EnumerateArray().ToList();
        Assert.Equal(["Broadcast", "Loudspeaker", "Push", "Sms"], renditions.Select(r => r.GetProperty("channel").GetString()!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(renditions, AssertMarked);

        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, proposal, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }
        int planned = await UntilFinalAsync(house);
        house.EndEmulators();

        using var store = RegistryStore.Open(Path.Combine(house.DataFolder, "registry.db"));
        var registry = store.LoadSnapshot();
        var exerciseEndpoints = Enumerable.Range(1, registry.Endpoints).Where(e => registry.EndpointFlags[e].HasFlag(EndpointFlags.Exercise)).ToHashSet();
        Assert.Equal(exerciseEndpoints.Count, planned);
        AssertSmsWentTo(house, store, exerciseEndpoints);
        Assert.Contains(Lines(house, "resident-exercise"), l => l[1] == "alert");
        Assert.DoesNotContain(Lines(house, "resident-live"), l => l[1] == "alert");
        Assert.Contains(Lines(house, "horns-exercise"), l => l[1] == "start");
        Assert.DoesNotContain(Lines(house, "horns-live"), l => l[1] is "order" or "start");
        foreach (var station in house.City.Secrets.Stations)
        {
            var heard = Lines(house, $"encoder-{station.EndpointNo}").Where(l => l[1] is "order" or "start").ToList();
            if (station.Exercise) Assert.NotEmpty(heard);
            else Assert.Empty(heard);
        }
    }

    private static async Task ConnectEverybodyAsync(RunningHouse house)
    {
        string devices = Path.Combine(house.Folder, "devices"), orderKey = house.Gateway.Ready.GetProperty("orderKey").GetString()!;
        string[] horns = ["--broker", FormattableString.Invariant($"127.0.0.1:{house.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--order-key", orderKey, "--order-key-id", house.Gateway.Ready.GetProperty("orderKeyId").GetString()!, "--offline", "0", "--amp-dead", "0", "--speed", "50"];
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker", [.. horns, "--devices", Path.Combine(devices, CitySecrets.HornFile), "--journal", house.Journal("horns-live")], Stop);
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker", [.. horns, "--devices", Path.Combine(devices, CitySecrets.HornExerciseFile), "--journal", house.Journal("horns-exercise"), "--exercise"], Stop);
        string[] apps = ["--server", house.Url.ToString(), "--nap", "0"];
        await house.JoinAsync("Resident", "agw-resident", [.. apps, "--devices", Path.Combine(devices, CitySecrets.PushFile), "--journal", house.Journal("resident-live")], Stop);
        await house.JoinAsync("Resident", "agw-resident", [.. apps, "--devices", Path.Combine(devices, CitySecrets.PushExerciseFile), "--journal", house.Journal("resident-exercise")], Stop);
        foreach (var station in house.City.Secrets.Stations)
        {
            await house.JoinAsync("BroadcastEncoder", "agw-broadcastencoder", ["--server", house.Url.ToString(), "--token-file", Path.Combine(devices, CitySecrets.StationFile(station.EndpointNo)), "--order-key", orderKey, "--speed", "50",
                "--station", FormattableString.Invariant($"station-{station.EndpointNo}"), "--journal", house.Journal($"encoder-{station.EndpointNo}")], Stop);
        }
    }

    /// <summary>The shipped exercise, sent now.</summary>
    private static async Task<string> AnExerciseAsync()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(RunningHouse.Repository, "config", "cities", "liyang", "demo-alert-exercise.xml"), Stop);
        var now = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8));
        string At(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return text.Replace("2026-07-05T10:00:00+08:00", At(now), StringComparison.Ordinal).Replace("2026-07-05T11:00:00+08:00", At(now.AddHours(1)), StringComparison.Ordinal);
    }

    private static async Task<int> UntilFinalAsync(RunningHouse house)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await poll.WaitForNextTickAsync(Stop))
        {
            var views = (await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray().ToList();
            var channels = Assert.Single(views).GetProperty("channels").EnumerateArray().ToList();
            if (channels.Sum(c => c.GetProperty("open").GetInt32() + c.GetProperty("accepted").GetInt32()) > 0) continue;
            Assert.Equal(0, channels.Sum(c => c.GetProperty("suppressed").GetInt32()));
            return channels.Sum(c => c.GetProperty("planned").GetInt32());
        }
        throw new InvalidOperationException("The exercise did not end.");
    }

    private static void AssertMarked(JsonElement rendition)
    {
        string text = rendition.GetProperty("text").GetString()!;
        if (rendition.GetProperty("channel").GetString() != "Push")
        {
            AssertMarked(text);
            return;
        }
        using var payload = JsonDocument.Parse(text);
        foreach (string shown in (string[])["title", "body", "instruction"])
        {
            string words = payload.RootElement.GetProperty(shown).GetString()!;
            if (words.Length > 0) AssertMarked(words);
        }
    }

    private static void AssertMarked(string text)
    {
        string end = text.TrimEnd('。', '.');
        Assert.True(Marks.Any(m => text.StartsWith(m, StringComparison.Ordinal)), text);
        Assert.True(Marks.Any(m => end.EndsWith(m, StringComparison.OrdinalIgnoreCase)), text);
    }

    private static void AssertSmsWentTo(RunningHouse house, RegistryStore store, HashSet<int> exerciseEndpoints)
    {
        using var addresses = store.OpenAddresses();
        var address = new ReadOnlyMemory<byte>[1];
        var accepted = Lines(house, "sms").Where(l => l[1] == "accept").ToList();
        Assert.NotEmpty(accepted);
        foreach (var line in accepted)
        {
            Assert.True(DeliveryTag.TryParse(line[5], out var tag), line[5]);
            Assert.Contains(tag.Key.EndpointNo, exerciseEndpoints);
            addresses.Read([tag.Key.EndpointNo], address);
            Assert.Equal(Encoding.UTF8.GetString(address[0].Span), line[2]);
        }
    }

    private static IEnumerable<string[]> Lines(RunningHouse house, string journal) => File.ReadLines(house.Journal(journal)).Select(l => l.Split('\t'));
}
