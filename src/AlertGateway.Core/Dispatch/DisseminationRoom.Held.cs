using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

public sealed partial class DisseminationRoom
{
    /// <summary>A dissemination with its lock and the gates of its sets.</summary>
    internal sealed class Held
    {
        public const int HighestRank = 5;

        /// <summary>So long at most do messages to single persons wait for an earthquake's loudspeakers to begin.</summary>
        public static readonly TimeSpan HornsFirst = TimeSpan.FromMilliseconds(250);

        private readonly TimeProvider _clock;
        private readonly Dictionary<(DeliverySet Set, long NotAfterTicks), SetGate> _gates = []; // one for each end that villages have, not for each village
        private readonly WeakReference<Dissemination> _lookedAt = new(null!);
        private Dissemination? _state;
        private Func<Dissemination>? _again;
        private volatile bool _mayStart, _closed;
        private long? _readyAt; // monotonic; null until it may start

        public Held(Dissemination state, TimeProvider clock) =>
            (_state, No, Record, _closed, _clock, Rank) = (state, state.DisseminationNo, state.Record, state.IsClosed, clock, state.HasVillageEnds && state.Record.Status == "Actual" ? HighestRank : (int)state.Record.Colour);

        public Held(ClosedDissemination closed, Func<Dissemination> again, TimeProvider clock) =>
            (Rested, _again, No, Record, _closed, _clock) = (closed, again, closed.View.DisseminationNo, closed.Record, true, clock);

        public Lock Lock { get; } = new();

        public int No { get; }

        public ClearedRecord Record { get; }

        /// <summary>Its colour, 0 to 4; an earthquake, whose villages have seconds, comes before every colour. The drill of one does not.</summary>
        public int Rank { get; private init; }

        /// <summary>Its state; of a closed one perhaps read from the disk again. Under the lock.</summary>
        public Dissemination State
        {
            get
            {
                if (_state is not null) return _state;
                if (!_lookedAt.TryGetTarget(out var state)) _lookedAt.SetTarget(state = _again!());
                return state;
            }
        }

        /// <summary>Nothing changes any more. Lock-free.</summary>
        public bool IsClosed => _closed;

        /// <summary>Set where the state is not held in memory any more.</summary>
        public ClosedDissemination? Rested { get; private set; }

        /// <summary>Under the lock.</summary>
        public void Rest(ClosedDissemination closed, Func<Dissemination> again)
        {
            (Rested, _again, _state) = (closed, again, null);
            _gates.Clear();
        }

        /// <summary>Some delivery has not started or is to be tried again: lanes look at no other. Lock-free.</summary>
        public bool MayStart => _mayStart;

        /// <summary>What this one takes over from; null for none, or one that is closed. Where both locks are held, this one's is taken first.</summary>
        public Held? Predecessor
        {
            get => field is { IsClosed: false } ? field : null;
            set;
        }

        /// <summary>What takes over from this one; null for none.</summary>
        public Held? Successor { get; set; }

        /// <summary>Nanoseconds of the host's monotonic clock when the cancel or supersession that this process saw had become durable; null before, and after a restart.</summary>
        public long? StopCommittedNanoseconds { get; private set; }

        /// <summary>All rows of the commit that opened it are folded: lanes may take from it.</summary>
        public void Ready()
        {
            lock (Lock) (_mayStart, _readyAt) = (State.MayStart, _clock.GetTimestamp());
        }

        public void Apply(long sequence, in LedgerEvent e)
        {
            int serial = State.CancelSerial;
            State.Apply(sequence, in e);
            _mayStart = State.MayStart;
            _closed = State.IsClosed;
            if (e.Kind is LedgerEventKind.Suppressed or LedgerEventKind.VillagesEnded)
            {
                // Also where the wall clock is stepped back before the expiry: what is final stays final.
                foreach (var ((set, notAfter), gate) in _gates)
                {
                    if (IsOver(set, notAfter)) gate.Close();
                }
            }
            if (State.CancelSerial == serial) return;
            StopCommittedNanoseconds = (long)(_clock.GetTimestamp() * (1e9 / _clock.TimestampFrequency));
            foreach (var ((set, _), gate) in _gates)
            {
                if (!TakesBack(set)) gate.Close();
            }
        }

        /// <summary>Under the lock.</summary>
        public SetGate GateOf(DeliverySet set, int endpointNo)
        {
            long notAfter = State.NotAfterTicks(set, endpointNo);
            if (!_gates.TryGetValue((set, notAfter), out var gate))
            {
                _gates[(set, notAfter)] = gate = new SetGate(notAfter, State.ClearedTicks, Record.LifeThreat, TakesBack(set), _clock, set.EndpointsUntil(notAfter));
                if (IsOver(set, notAfter)) gate.Close();
            }
            return gate;
        }

        /// <summary>Nothing of the set begins for the time being: the clock is in doubt and the end may be near. Under the lock.</summary>
        public bool IsHeldBack(DeliverySet set) => !TakesBack(set) && _clock.Withholds(State.NotAfterTicks(set.Purpose), State.ClearedTicks, Record.LifeThreat);

        /// <summary>An earthquake's loudspeakers have not all begun.</summary>
        public bool HornsBegin
        {
            get
            {
                if (Rank != HighestRank || !_mayStart) return false;
                lock (Lock) return _readyAt is { } ready && _clock.GetElapsedTime(ready) < HornsFirst && State.Set(ChannelKind.Loudspeaker, Purpose.Original) is { ClosedBecause: null } horns && horns.Of(Outcome.Planned) > 0;
            }
        }

        private static bool TakesBack(DeliverySet set) => set.Purpose is Purpose.Cancel or Purpose.Correction;

        private static bool IsOver(DeliverySet set, long notAfterTicks) => set.ClosedBecause is not null || notAfterTicks <= set.EndedTicks;
    }
}
