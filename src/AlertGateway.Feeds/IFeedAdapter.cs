using AlertGateway.Feeds.Cap;

namespace AlertGateway.Feeds;

/// <summary>A feed that is being read: by polling, over a socket, over a WebSocket.</summary>
public interface IFeedAdapter : IDisposable
{
    /// <summary>How it does; may be read from anywhere.</summary>
    FeedHealth Health { get; }

    /// <summary>Reads until cancelled. What the far side does wrong ends up in <see cref="Health"/>; so does a full disk, and what it refused is handed on again until there is space. Whatever else taking an item throws comes through, since then nothing more can be kept safe.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
