using System.ComponentModel.DataAnnotations;

namespace AlertGateway.Core.Dispatch;

/// <summary>Queue and pace of one channel.</summary>
public sealed class LaneOptions
{
    /// <summary>Connection slots: attempts between their first byte and their answer. Default: 64. Range: 1…4096.</summary>
    [Range(1, 4096)]
    public int Slots { get; set; } = 64;

    /// <summary>W: attempts with a durable start and no durable result; bounds possible duplicates after a crash. Default: 512. Range: 1…16384.</summary>
    [Range(1, 16384)]
    public int Window { get; set; } = 512;

    /// <summary>Starts a second at most; 0 = as fast as the far side takes them. Default: 0.</summary>
    [Range(0, 1_000_000)]
    public int RatePerSecond { get; set; }

    /// <summary>Wait for receipts before an accepted delivery counts as handed off. Default: 30 min. Range: 1 s…24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReceiptTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Wait for an endpoint that is not connected; null = until the alert expires. Default: null.</summary>
    public TimeSpan? UnreachableTimeout { get; set; }
}
