using System.Security.Cryptography;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Hydrology;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace AlertGateway.Feeds.PushJson;

/// <summary>One system that may push, with its pinned key: an entry of <c>config/push-senders.json</c>.</summary>
public sealed record PushSenderOptions
{
    /// <summary>1 to 40 letters, digits, <c>- _ .</c></summary>
    public required string Name { get; init; }

    /// <summary><c>ed25519</c> or <c>hmac-sha256</c>. The envelope must name the same: an algorithm is never taken from the message.</summary>
    public required string Alg { get; init; }

    /// <summary>Ed25519: the public key, 32 bytes in base64. Empty for HMAC.</summary>
    public string PublicKey { get; init; } = "";

    /// <summary>HMAC: file of mode 0600 with the shared secret, at least 32 bytes in base64. Empty for Ed25519.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>What it may report: <c>hazmat-leak gas-leak geological forest-fire gate-opening</c>. Empty: measurements only.</summary>
    public IReadOnlyList<string> Hazards { get; init; } = [];

    /// <summary>Stations whose measurements it may send; empty: none.</summary>
    public IReadOnlyList<string> Stations { get; init; } = [];

    /// <summary>CAP sender of the drafts that its reports become: the lawful publisher's, without spaces. Needed with hazards.</summary>
    public string CapSender { get; init; } = "";

    public string PublisherName { get; init; } = "";

    public string PublisherNameEnglish { get; init; } = "";

    /// <summary>Danger zone that its reports are about; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>How long a draft lives, 10 to 2,880 minutes. Default: 120.</summary>
    public int LifeMinutes { get; init; } = 120;
}

/// <summary>What the check of a push found.</summary>
/// <param name="Message">Null unless the push is to be trusted.</param>
/// <param name="Sender">Null when the sender is not known or the signature is not theirs.</param>
/// <param name="PayloadSha256">Hex; identifies the content for the replay book.</param>
/// <param name="Late">The message whose only fault is that it was sent too far from now: not to be taken, but perhaps known already.</param>
public sealed record PushVerdict(PushMessage? Message, PushSenderOptions? Sender, IReadOnlyList<Finding> Findings, string PayloadSha256, PushMessage? Late = null);

/// <summary>The systems that may push. Deny by default: who is not listed is refused, and so is a hazard or a station that is not listed with them. Thread-safe.</summary>
public sealed class PushSenders
{
    /// <summary>How far <c>sent</c> may be from now, either way. 5 minutes.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    private readonly Dictionary<string, (PushSenderOptions Options, byte[] Key)> _senders = new(StringComparer.Ordinal);

    public static PushSenders None { get; } = new();

    public int Count => _senders.Count;

    public IEnumerable<string> Names => _senders.Keys;

    /// <param name="folder">Folder that key files are relative to.</param>
    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static PushSenders Parse(ReadOnlySpan<byte> json, string folder)
    {
        List<PushSenderOptions> list;
        try
        {
            list = JsonSerializer.Deserialize<List<PushSenderOptions>>(json, Json) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The list of push senders cannot be read: {e.Message}", e);
        }

        var senders = new PushSenders();
        var problems = new List<string>();
        foreach (var one in list)
        {
            if (!PushEnvelope.IsName(one.Name)) problems.Add($"name \"{one.Name}\": 1 to 40 letters, digits, - _ .");
            if (one.Hazards.FirstOrDefault(h => PushPayload.Hazard(h) is null) is { } unknown) problems.Add($"{one.Name}: hazard \"{unknown}\" is not known.");
            if (one.Hazards.Count > 0 && (one.CapSender.Length == 0 || one.CapSender.Any(c => c is ' ' or ',' or '<' or '&') || one.PublisherName.Length == 0 || one.PublisherNameEnglish.Length == 0)) problems.Add($"{one.Name}: hazards need capSender (no spaces), publisherName and publisherNameEnglish.");
            if (one.LifeMinutes is < 10 or > 2880) problems.Add($"{one.Name}: lifeMinutes is 10 to 2880.");
            var key = Key(one, folder, problems);
            if (!senders._senders.TryAdd(one.Name, (one, key))) problems.Add($"{one.Name}: is there twice.");
        }

        return problems.Count == 0 ? senders : throw new InvalidDataException("Push senders: " + string.Join(" ", problems));
    }

    /// <summary>Signature first, then the window, then what the sender may say.</summary>
    public PushVerdict Verify(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        if (PushEnvelope.Read(bytes) is not { } envelope) return Refused(FindingCodes.PushDocument, "The document is no signed envelope of at most 256 KiB.", "");
        var hash = Convert.ToHexStringLower(SHA256.HashData(envelope.Payload));
        if (!_senders.TryGetValue(envelope.Sender, out var sender)) return Refused(FindingCodes.PushSender, "The sender has no pinned key here.", hash);
        if (envelope.Algorithm != sender.Options.Alg || !IsSigned(envelope, sender.Key)) return Refused(FindingCodes.PushSignature, "The signature does not fit the sender's pinned key and the content.", hash);
        List<Finding> findings = [];
        var message = PushPayload.Read(envelope.Sender, envelope.Payload, now, findings);
        if (message is not null)
        {
            if ((now - message.Sent).Duration() > Window) findings.Add(HydroRecords.Of(FindingCodes.PushWindow, "/payload/sent", "The document was sent more than five minutes from now."));
            if (message.Hazard is { } hazard && !sender.Options.Hazards.Any(h => PushPayload.Hazard(h) == hazard)) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/hazard", "The sender may not report this hazard."));
            if (message.Observations.Any(o => Quantities.Split(o.Id) is not var (station, _) || !sender.Options.Stations.Contains(station))) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/observations", "The sender may not report for one of the stations."));
        }

        var errors = findings.Where(f => f.Level == FindingLevel.Error).ToList();
        return new PushVerdict(errors.Count > 0 ? null : message, sender.Options, findings, hash, errors is [{ } only] && only.Code == FindingCodes.PushWindow.Code ? message : null);
    }

    private static PushVerdict Refused(FindingCode code, string why, string hash) => new(null, null, [HydroRecords.Of(code, "", why)], hash);

    private static bool IsSigned(PushEnvelope envelope, byte[] key)
    {
        if (envelope.Algorithm == PushEnvelope.Hmac) return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, envelope.Signed()), envelope.Signature);
        if (envelope.Signature.Length != 64) return false;
        var verifier = new Ed25519Signer();
        verifier.Init(false, new Ed25519PublicKeyParameters(key));
        var signed = envelope.Signed();
        verifier.BlockUpdate(signed, 0, signed.Length);
        return verifier.VerifySignature(envelope.Signature);
    }

    private static byte[] Key(PushSenderOptions one, string folder, List<string> problems)
    {
        string text = "";
        if (one.Alg == PushEnvelope.Hmac)
        {
            var file = Path.Combine(folder, one.KeyFile);
            if (one.KeyFile.Length == 0 || !File.Exists(file)) problems.Add($"{one.Name}: keyFile is not there.");
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0) problems.Add($"{one.Name}: keyFile must have mode 0600.");
            else text = File.ReadAllText(file).Trim();
        }
        else if (one.Alg == PushEnvelope.Ed25519)
        {
            text = one.PublicKey;
        }
        else
        {
            problems.Add($"{one.Name}: alg must be ed25519 or hmac-sha256.");
            return [];
        }

        var bytes = new byte[(text.Length / 4 * 3) + 3];
        var good = Convert.TryFromBase64String(text, bytes, out var written);
        if (!good || (one.Alg == PushEnvelope.Ed25519 ? written != 32 : written < 32)) problems.Add($"{one.Name}: the key must be base64 of {(one.Alg == PushEnvelope.Ed25519 ? "32" : "at least 32")} bytes.");
        return bytes[..(good ? written : 0)];
    }
}
