using System.Globalization;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>The public half of the gateway's order key, as installed on the device.</summary>
public sealed class OrderKey
{
    private readonly byte[] _publicKey;
    private volatile Verified? _lastAlarm;

    private sealed record Verified(AlarmOrder Order, bool Good);

    /// <param name="publicKey">Ed25519, 32 bytes.</param>
    public OrderKey(string id, byte[] publicKey)
    {
        if (publicKey.Length != Ed25519.PublicKeySize || !Ed25519.ValidatePublicKeyFull(publicKey, 0))
        {
            throw new ArgumentException("not an Ed25519 public key of 32 bytes", nameof(publicKey));
        }

        (Id, _publicKey) = (id, publicKey);
    }

    public string Id { get; }

    public bool HasSigned(string deviceId, ArmOrder o) => o.KeyId == Id && Verifies(o.Signature, string.Create(CultureInfo.InvariantCulture,
        $"agw-arm-v2|{deviceId}|{o.Tag}|{o.Seq}|{o.Sha256}|{o.PlayAtTicks}|{o.NotAfterTicks}|{o.Volume}|{o.Priority}|{o.Repeat}|{o.RepeatEverySeconds}|{o.ThenAtTicks}|{o.ThenEverySeconds}|{o.Until}|{o.Status}"));

    /// <summary>Every loudspeaker of the process gets the same bytes; one of them verifies for all, as the hash of a programme is computed once.</summary>
    public bool HasSigned(AlarmOrder o)
    {
        var last = _lastAlarm;
        if (last is not null && ReferenceEquals(last.Order, o))
        {
            return last.Good;
        }

        if (o.KeyId != Id)
        {
            return false;
        }

        var line = string.Create(CultureInfo.InvariantCulture,
            $"agw-alarm-v1|{o.Dissemination}|{o.Seq}|{o.Sha256}|{o.To}|{o.PlayAtTicks}|{o.NotAfterTicks}|{o.Volume}|{o.Priority}|{o.Repeat}|{o.RepeatEverySeconds}|{o.Status}");
        var good = Verifies(o.Signature, line);
        _lastAlarm = new(o, good);
        return good;
    }

    public bool HasSigned(string deviceId, StopOrder o) => o.KeyId == Id && Verifies(o.Signature, string.Create(CultureInfo.InvariantCulture,
        $"agw-stop-v1|{deviceId}|{o.Tag}|{o.Seq}|{o.StopTag}|{o.Sha256 ?? "-"}|{o.PlayAtTicks}|{o.NotAfterTicks}"));

    private bool Verifies(byte[] signature, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        return Ed25519.Verify(signature, 0, _publicKey, 0, bytes, 0, bytes.Length);
    }
}

/// <summary>The device's own key, with which it proves at CONNECT who it is.</summary>
public sealed class DeviceKey(byte[] seed)
{
    private readonly byte[] _seed = seed.Length == Ed25519.SecretKeySize
        ? seed
        : throw new ArgumentException("an Ed25519 seed has 32 bytes", nameof(seed));

    /// <summary>The MQTT password of this moment; it is good for 300 s.</summary>
    public string Password(string deviceId, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var line = Encoding.UTF8.GetBytes($"agw-horn-v1|{deviceId}|{seconds}");
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, line, 0, line.Length, signature, 0);
        return $"{seconds}.{Convert.ToBase64String(signature)}";
    }
}
