namespace AlertGateway.Channels.Broadcast;

/// <summary>Programmes by their content. Thread-safe.</summary>
public interface IProgrammeStore
{
    /// <summary>The WAV whose SHA-256 (64 lower-case hexadecimal digits) this is; false when it is not there or its bytes no longer have this hash.</summary>
    bool TryOpen(string sha256, out ReadOnlyMemory<byte> wav);

    /// <summary>The map (JSON) that was kept beside the WAV of this hash.</summary>
    bool TryOpenMap(string sha256, out ReadOnlyMemory<byte> map);
}
