using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// Programmes that every loudspeaker is to hold before they are needed: handed out when one connects and when they change. Nothing that is said here makes a loudspeaker speak. Thread-safe.
/// </summary>
public sealed class HornStock(MonotonicSerial serials)
{
    private const string TagPrefix = "stock-";

    private volatile IReadOnlyList<Rendition> _programmes = [];

    /// <summary>The tag under which a programme is handed out.</summary>
    internal static string TagOf(string sha256) => TagPrefix + sha256[..16];

    internal static bool IsStock(string tag) => tag.StartsWith(TagPrefix, StringComparison.Ordinal);

    /// <summary>Sets what loudspeakers shall hold and hands it to those that are connected.</summary>
    public void Set(IEnumerable<ProgrammeAudio> programmes, LoudspeakerChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _programmes =
        [
            .. programmes.Select(p => new Rendition
            {
                Channel = Core.ChannelKind.Loudspeaker, Purpose = Core.Purpose.Original, Language = "", Status = "Actual", Text = "", ProgrammeSha256 = p.Sha256Hex, ProgrammeBytes = p.Wav.Length, ProgrammeDuration = p.Duration, Colour = Cap.WarningColour.None, Sha256 = "",
            }),
        ];
        foreach (var device in channel.Devices.Where(d => d.IsOnline)) HandOut(device, channel.Orders);
    }

    /// <summary>Hands a loudspeaker what it shall hold. It says "ready" in its own time.</summary>
    internal void HandOut(LoudspeakerDevice device, LoudspeakerOrders orders)
    {
        foreach (var programme in _programmes) _ = device.AskAsync(TagOf(programme.ProgrammeSha256!), "", AlwaysOpen.Instance, serials.Next, seq => orders.Stock(TagOf(programme.ProgrammeSha256!), seq, programme), awaited: false);
    }
}

/// <summary>For silence and for what is not a warning: nothing to hold back.</summary>
internal sealed class AlwaysOpen : ISendGate
{
    public static AlwaysOpen Instance { get; } = new();

    public bool IsOpen => true;
}
