using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Its states as snapshots see them.</summary>
public sealed partial class DisseminationRoom
{
    internal RegistrySnapshot Registry => _registry;

    internal string RegistryVersion => _registry.Version;

    /// <summary>The largest number that a dissemination has; below it a number may be missing, whose rows the ledger refused or does not have yet.</summary>
    internal int LastNo => _held.Length;

    /// <summary>Row up to which the dissemination is folded; null when there is none of this number.</summary>
    internal long? SequenceOf(int no)
    {
        if (Of(no) is not { } held) return null;
        lock (held.Lock) return held.Rested?.View.Sequence ?? held.State.Sequence;
    }

    /// <summary>Writes the state at one instant; returns the row up to which it is folded.</summary>
    internal long Save(int no, SnapshotWriter to)
    {
        var held = Of(no) ?? throw new ArgumentOutOfRangeException(nameof(no));
        lock (held.Lock)
        {
            held.State.Save(to);
            return held.State.Sequence;
        }
    }

    /// <summary>Takes over a saved state. Call before any row is folded.</summary>
    internal void TakeUp(Dissemination state)
    {
        var held = new Held(state, _clock);
        held.Ready();
        Hold(held);
    }
}
