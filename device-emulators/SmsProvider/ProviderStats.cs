using System.Text.Json;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Counters since the start; each is exact, all together are not one instant.</summary>
internal sealed class ProviderStats
{
    public long Accepted;
    public long Throttled;
    public long Failed5xx;
    public long Cut;
    public long Hung;

    /// <summary>Requests that found the provider dead.</summary>
    public long Dead;
    public long Rejected;

    /// <summary>Callback attempts that were put on a connection or failed to connect.</summary>
    public long CallbacksSent;

    /// <summary>Attempts answered 2xx.</summary>
    public long CallbacksAnswered;

    /// <summary>Attempts answered otherwise or not at all.</summary>
    public long CallbacksRefused;

    public long Replies;
    public long FirstAcceptMono;
    public long LastAcceptMono;

    /// <summary>Notes an acceptance at a moment of the monotonic clock.</summary>
    public void Accept(long mono)
    {
        if (Interlocked.Increment(ref Accepted) == 1) Volatile.Write(ref FirstAcceptMono, mono);
        Volatile.Write(ref LastAcceptMono, mono);
    }

    /// <summary>The document of <c>GET /stats</c>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, long>
    {
        ["accepted"] = Volatile.Read(ref Accepted),
        ["throttled"] = Volatile.Read(ref Throttled),
        ["failed5xx"] = Volatile.Read(ref Failed5xx),
        ["cut"] = Volatile.Read(ref Cut),
        ["hung"] = Volatile.Read(ref Hung),
        ["dead"] = Volatile.Read(ref Dead),
        ["rejected"] = Volatile.Read(ref Rejected),
        ["callbacksSent"] = Volatile.Read(ref CallbacksSent),
        ["callbacksAnswered"] = Volatile.Read(ref CallbacksAnswered),
        ["callbacksRefused"] = Volatile.Read(ref CallbacksRefused),
        ["replies"] = Volatile.Read(ref Replies),
        ["firstAcceptMono"] = Volatile.Read(ref FirstAcceptMono),
        ["lastAcceptMono"] = Volatile.Read(ref LastAcceptMono),
    });
}
