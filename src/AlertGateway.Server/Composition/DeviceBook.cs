using AlertGateway.Core;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Composition;

/// <summary>Who a token hash, a key or a number belongs to: devices in memory, phone numbers from the registry. Thread-safe.</summary>
internal sealed class DeviceBook
{
    private readonly AddressReader _reader;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _residents;
    private readonly Dictionary<string, int> _stations;
    private readonly IReadOnlyDictionary<int, byte[]> _loudspeakers;

    public DeviceBook(AddressReader reader)
    {
        _reader = reader;
        _residents = ByAddress(ChannelKind.Push);
        _stations = ByAddress(ChannelKind.Broadcast);
        _loudspeakers = reader.AllAddresses((byte)ChannelKind.Loudspeaker);
    }

    public int Resident(ReadOnlyMemory<byte> tokenSha256) => _residents.GetValueOrDefault(Convert.ToHexString(tokenSha256.Span));

    public int Station(ReadOnlyMemory<byte> tokenSha256) => _stations.GetValueOrDefault(Convert.ToHexString(tokenSha256.Span));

    public ReadOnlyMemory<byte> LoudspeakerKey(int endpointNo) => _loudspeakers.TryGetValue(endpointNo, out byte[]? key) ? key : default(ReadOnlyMemory<byte>);

    public int SmsEndpoint(ReadOnlyMemory<byte> e164)
    {
        lock (_lock) return _reader.FindByAddress((byte)ChannelKind.Sms, e164.Span);
    }

    private Dictionary<string, int> ByAddress(ChannelKind channel) => _reader.AllAddresses((byte)channel).ToDictionary(a => Convert.ToHexString(a.Value), a => a.Key);
}
