using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlertGateway.Core.Drafts;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Thresholds;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.PushJson;
using AlertGateway.Storage.Observations;
using AlertGateway.Tests.Feeds.Chaos;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace AlertGateway.Tests.Feeds.Hydrology;

public sealed class PushTests
{
    private const string Leak = """{"id":"leak-7","revision":1,"sent":"2026-07-05T02:10:00+08:00","status":"Actual","hazard":"hazmat-leak","colour":"red","lat":31.43,"lon":119.48,"radiusMetres":800,"place":"化工园区东门","substance":"氯气","windFromDegrees":90}""";
    private static readonly DateTimeOffset Now = new(2026, 7, 5, 2, 11, 0, TimeSpan.FromHours(8));
    private static readonly byte[] Seed = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
    private static readonly Ed25519PrivateKeyParameters Key = new(Seed);

    [Fact]
    public void A_signed_report_of_a_pinned_sender_is_trusted()
    {
        var verdict = Senders().Verify(Signed(Leak), Now);
        Assert.Empty(verdict.Findings);
        Assert.Equal((PushHazard.HazmatLeak, "red", 800.0, "氯气"), (verdict.Message!.Hazard, verdict.Message.Colour, verdict.Message.RadiusMetres, verdict.Message.Substance));
    }

    [Fact]
    public void No_changed_byte_of_an_envelope_is_trusted_as_another_message()
    {
        byte[] good = Signed(Leak);
        var senders = Senders();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            byte[] bytes = [.. good];
            foreach (var (at, to) in changes) bytes[at] = to;
            var verdict = senders.Verify(bytes, Now);
            Assert.True(verdict.Message is null || (verdict.Message.Id == "leak-7" && verdict.Message.Colour == "red" && verdict.PayloadSha256 == senders.Verify(good, Now).PayloadSha256));
        }, iter: 1500);
    }

    [Fact]
    public void Another_key_another_algorithm_and_a_strange_sender_are_refused()
    {
        var other = new Ed25519PrivateKeyParameters(Enumerable.Repeat((byte)9, 32).ToArray());
        Assert.Equal("push.signature", Code(Senders().Verify(Signed(Leak, key: other), Now)));
        Assert.Equal("push.sender", Code(Senders().Verify(Signed(Leak, sender: "stranger"), Now)));
        // The public key as an HMAC secret: the algorithm is the pinned one, never the message's.
        byte[] payload = Encoding.UTF8.GetBytes(Leak);
        byte[] mac = HMACSHA256.HashData(Key.GeneratePublicKey().GetEncoded(), (byte[])[.. "agw-push-v1\nhmac-sha256\nchem-park\n"u8, .. payload]);
        Assert.Equal("push.signature", Code(Senders().Verify(Envelope("chem-park", "hmac-sha256", payload, mac), Now)));
        Assert.Equal("push.document", Code(Senders().Verify(Encoding.UTF8.GetBytes(Leak), Now)));
    }

    [Fact]
    public void A_report_outside_its_window_or_beyond_what_its_sender_may_say_is_refused()
    {
        Assert.Equal("push.window", Code(Senders().Verify(Signed(Leak), Now.AddMinutes(5))));
        Assert.Equal("push.window", Code(Senders().Verify(Signed(Leak), Now.AddMinutes(-7))));
        Assert.Equal("push.hazard", Code(Senders().Verify(Signed(Leak.Replace("hazmat-leak", "forest-fire", StringComparison.Ordinal)), Now)));
        Assert.Equal("push.action", Code(Senders().Verify(Signed(Leak.Replace("\"colour\"", "\"action\":\"both\",\"colour\"", StringComparison.Ordinal)), Now)));
        Assert.Equal("push.hazard", Code(Senders().Verify(Signed("""{"id":"m-1","sent":"2026-07-05T02:10:00+08:00","status":"Actual","observations":[{"station":"0000000001","quantity":"stage","time":"2026-07-05T02:10:00+08:00","value":4.5,"unit":"m"}]}"""), Now)));
    }

    [Fact]
    public void A_sender_whose_answer_was_lost_hears_even_after_the_window_that_it_was_taken()
    {
        string folder = Directory.CreateTempSubdirectory("agw-push-").FullName;
        try
        {
            var clock = new FakeTimeProvider(Now);
            var wording = DraftWording.Parse(File.ReadAllBytes(Path.Combine(ChaosScripts.Root, "config", "templates", "drafts.json")));
            using var store = ObservationStore.Open(Path.Combine(folder, "o.db"));
            using var room = new ObservationRoom(store, [], new DraftComposer(wording, DangerZones.None), clock);
            var intake = new PushIntake(Senders(), room, new FeedPulse("push", PushDecoder.Kind, true, TimeSpan.FromDays(1), TimeSpan.Zero, clock), clock);
            byte[] leak = Signed(Leak), later = Signed(Leak.Replace("leak-7", "leak-8", StringComparison.Ordinal));
            Assert.Equal(PushFate.Taken, intake.Take(leak).Fate);
            clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal((PushFate.Duplicate, "leak-7"), (intake.Take(leak).Fate, intake.Take(leak).Message!.Id));
            Assert.Equal(PushFate.Refused, intake.Take(later).Fate);
            Assert.Equal(PushFate.Refused, intake.Take(Signed(Leak.Replace("氯气", "氨气", StringComparison.Ordinal))).Fate); // the known id for other words
            Assert.Single(store.OpenDrafts());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_shared_secret_works_and_its_file_must_be_private()
    {
        string folder = Directory.CreateTempSubdirectory("agw-push-").FullName;
        try
        {
            string file = Path.Combine(folder, "k");
            File.WriteAllText(file, Convert.ToBase64String(Seed));
            byte[] json = """[{"name":"water","alg":"hmac-sha256","keyFile":"k","stations":["0012345678"]}]"""u8.ToArray();
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                Assert.Contains("0600", Assert.Throws<InvalidDataException>(() => PushSenders.Parse(json, folder)).Message, StringComparison.Ordinal);
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            byte[] payload = """{"id":"m-1","sent":"2026-07-05T02:10:00+08:00","status":"Actual","observations":[{"station":"0012345678","quantity":"stage","time":"2026-07-05T02:10:00+08:00","value":4.5,"unit":"m"}]}"""u8.ToArray();
            byte[] mac = HMACSHA256.HashData(Seed, (byte[])[.. "agw-push-v1\nhmac-sha256\nwater\n"u8, .. payload]);
            var verdict = PushSenders.Parse(json, folder).Verify(Envelope("water", "hmac-sha256", payload, mac), Now);
            Assert.Equal("0012345678/stage", Assert.Single(verdict.Message!.Observations).Id);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Without_keys_a_signature_is_unverified_and_a_bare_payload_is_unsigned()
    {
        var decoded = PushDecoder.Decode(Signed(Leak), null);
        Assert.True(decoded.Good);
        Assert.Equal("push.unverified", decoded.Findings.Single().Code);
        Assert.Equal(("chem-park:leak-7", "Extreme", 31.43), (decoded.Records[0].Id, decoded.Records[0].Severity, decoded.Records[0].Lat));
        Assert.Equal("push.unsigned", PushDecoder.Decode(Encoding.UTF8.GetBytes(Leak), null).Findings.Single().Code);
    }

    private static string Code(PushVerdict verdict)
    {
        Assert.Null(verdict.Message);
        return verdict.Findings[0].Code;
    }

    private static PushSenders Senders() => PushSenders.Parse(Encoding.UTF8.GetBytes($$"""
        [{ "name": "chem-park", "alg": "ed25519", "publicKey": "{{Convert.ToBase64String(Key.GeneratePublicKey().GetEncoded())}}", "hazards": ["hazmat-leak", "gas-leak"],
           "capSender": "Liyang_Emergency_Bureau", "publisherName": "溧阳市应急管理局", "publisherNameEnglish": "Liyang Emergency Bureau" }]
        """), ".");

    private static byte[] Signed(string payload, string sender = "chem-park", Ed25519PrivateKeyParameters? key = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(payload);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"agw-push-v1\ned25519\n{sender}\n"), .. bytes];
        var signer = new Ed25519Signer();
        signer.Init(true, key ?? Key);
        signer.BlockUpdate(signed, 0, signed.Length);
        return Envelope(sender, "ed25519", bytes, signer.GenerateSignature());
    }

    private static byte[] Envelope(string sender, string alg, byte[] payload, byte[] signature) =>
        JsonSerializer.SerializeToUtf8Bytes(new { sender, alg, payload = Convert.ToBase64String(payload), signature = Convert.ToBase64String(signature) });
}
