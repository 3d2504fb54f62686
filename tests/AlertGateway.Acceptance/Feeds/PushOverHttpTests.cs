using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlertGateway.Acceptance.House;

namespace AlertGateway.Acceptance.Feeds;

/// <summary>A water works tells over HTTP, signed, that it will open a gate. Envelope and signature are written here by hand, not by the product.</summary>
public sealed class PushOverHttpTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_gate_opening_lies_on_the_desk_as_a_draft_and_a_wrong_signature_is_refused()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        await using var house = await RunningHouse.StartAsync(200, Stop, push: 2, loudspeakers: 2, prepare: h =>
        {
            string file = Path.Combine(h.Folder, "water-works.key");
            File.WriteAllText(file, Convert.ToBase64String(key));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(Path.Combine(h.Folder, "config", "push-senders.json"), JsonSerializer.Serialize(new[]
            {
                new { name = "water-works", alg = "hmac-sha256", keyFile = file, hazards = (string[])["gate-opening"], stations = Array.Empty<string>(), capSender = "Liyang_Water_Bureau", publisherName = "溧阳市水利局", publisherNameEnglish = "Liyang Water Bureau", zone = "daxi-below-dam" },
            }));
        });
        byte[] report = Report("gate-1");
        byte[] other = RandomNumberGenerator.GetBytes(32);

        Assert.Equal(HttpStatusCode.Unauthorized, await PushAsync(house, report, other)); // another's key
        Assert.Equal(HttpStatusCode.Unauthorized, await PushAsync(house, Report("gate-2"), key, signedInstead: report)); // the right key, over other words
        Assert.Equal(HttpStatusCode.Unauthorized, await PushAsync(house, report, key, sender: "nobody"));
        Assert.Empty((await house.GetAsync("/v1/proposals", Stop)).EnumerateArray());

        Assert.Equal(HttpStatusCode.Accepted, await PushAsync(house, report, key));
        Assert.Equal(HttpStatusCode.Accepted, await PushAsync(house, report, key)); // a repeat lays nothing more
        var proposals = await RunningHouse.UntilAsync(async () => (await house.GetAsync("/v1/proposals", Stop)).EnumerateArray().ToList(), list => list.Count > 0, Stop);
        var draft = Assert.Single(proposals);
        Assert.Equal("Draft", draft.GetProperty("state").GetString());
        Assert.Equal("Liyang_Water_Bureau", draft.GetProperty("sender").GetString());
        Assert.Empty((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray());
        Assert.Equal(HttpStatusCode.Conflict, await PushAsync(house, Report("gate-1", discharge: 99), key)); // the same name for other words
    }

    private static byte[] Report(string id, int discharge = 50)
    {
        var now = TimeProvider.System.GetUtcNow();
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            id, revision = 1, sent = Time(now), status = "Actual", hazard = "gate-opening", colour = "yellow", areas = (string[])["320481"], place = "大溪水库", discharge, starts = Time(now.AddMinutes(40)),
        });
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task<HttpStatusCode> PushAsync(RunningHouse house, byte[] payload, byte[] key, string sender = "water-works", byte[]? signedInstead = null)
    {
        byte[] signature = HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"agw-push-v1\nhmac-sha256\n{sender}\n"), .. signedInstead ?? payload]);
        using var anonymous = new HttpClient { BaseAddress = house.Url };
        using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { sender, alg = "hmac-sha256", payload = Convert.ToBase64String(payload), signature = Convert.ToBase64String(signature) }));
        body.Headers.ContentType = new("application/json");
        using var answer = await anonymous.PostAsync(new Uri("/push/observations", UriKind.Relative), body, Stop);
        return answer.StatusCode;
    }
}
