namespace AlertGateway.Core.Dispatch;

public sealed partial class DisseminationRoom
{
    /// <inheritdoc/>
    public IReadOnlySet<int>? Warned(int disseminationNo, ChannelKind channel, bool planned)
    {
        if (Of(disseminationNo) is not { } held) return null;
        lock (held.Lock)
        {
            if (held.State.Cancelled is not null) return null;
            var warned = new HashSet<int>();
            if (held.State.Set(channel, Purpose.Original) is not { } set) return warned;
            for (int slot = 0; slot < set.Count; slot++)
            {
                bool has = set.OutcomeOf(slot) switch
                {
                    Outcome.Accepted or Outcome.Delivered or Outcome.HandedOff => true,
                    Outcome.Planned or Outcome.InFlight or Outcome.Retrying or Outcome.Unknown => planned && !held.State.Superseded,
                    _ => false,
                };
                if (has) warned.Add(set.Endpoints[slot]);
            }
            return warned;
        }
    }
}
