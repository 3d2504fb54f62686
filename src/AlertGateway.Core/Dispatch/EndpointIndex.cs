namespace AlertGateway.Core.Dispatch;

/// <summary>Endpoint number → slot, as one array over the numbers' range: endpoints of a channel are numbered close together.</summary>
internal sealed class EndpointIndex
{
    private readonly int _first;
    private readonly int[] _slots;

    public EndpointIndex(int[] endpoints)
    {
        if (endpoints.Length == 0)
        {
            _slots = [];
            return;
        }
        int last = _first = endpoints[0];
        foreach (int endpoint in endpoints)
        {
            if (endpoint < _first) _first = endpoint;
            if (endpoint > last) last = endpoint;
        }
        _slots = new int[last - _first + 1];
        Array.Fill(_slots, -1);
        for (int slot = 0; slot < endpoints.Length; slot++) _slots[endpoints[slot] - _first] = slot;
    }

    public int SlotOf(int endpointNo)
    {
        long at = (long)endpointNo - _first;
        return at >= 0 && at < _slots.Length ? _slots[at] : -1;
    }
}
