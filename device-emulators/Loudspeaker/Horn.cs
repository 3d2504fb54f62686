using System.Globalization;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>How one device differs from its neighbours; drawn from the seed when the fleet is made.</summary>
/// <param name="Exercise">It takes only orders whose status is not Actual.</param>
/// <param name="AmpDead">The amplifier gives no sound: everything is reported as played, nothing as audible.</param>
/// <param name="ClockOffset">Own clock minus true time: its plays begin that much late (negative: early).</param>
/// <param name="EvacuatedAfterPlays">After this play of an order that asks for it, the village committee turns the key 已转移 on the device; 0 for never.</param>
/// <param name="RecordDirectory">Where each play is written as a WAV file, or null.</param>
public sealed record HornTraits(string DeviceId, bool Exercise = false, bool AmpDead = false, TimeSpan ClockOffset = default,
    int BatteryPercent = 97, int RssiDbm = -71, string? RecordDirectory = null, int Seed = 1, int EvacuatedAfterPlays = 0);

/// <summary>
/// One village loudspeaker from the order to the sound. It has no thread and no timer: <see cref="ReceiveAsync"/> is called when an order
/// arrives and <see cref="Advance"/> when the moment it asked for has come. Reports gather in a bounded outbox, which outlives a lost link.
/// </summary>
public sealed partial class Horn : IDisposable
{
    private const int OutboxMax = 256;
    private const int HeldMax = 8;
    private const int ArmedMax = 16;
    private const int TombstonesMax = 32;
    private const int BegunMax = 32;

    // An output buffer of 200 ms stands between the device's processor and its converter: waking that late is not heard.
    private static readonly long BufferTicks = TimeSpan.FromMilliseconds(200).Ticks;
    private static readonly long BlockTicks = TimeSpan.FromMilliseconds(20).Ticks;
    private const double NoiseRms = 0.001; // −60 dBFS at the microphone
    private const double AudibleRms = 0.0056; // −45 dBFS

    private readonly HornFirmware _shared;
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _outbox = new();
    private readonly Dictionary<string, (Programme Programme, long UntilTicks)> _held = new(1, StringComparer.Ordinal);
    private readonly List<ArmedPlay> _armed = new(1);
    private readonly Queue<string> _tombstones = new(1);
    private readonly Dictionary<string, int> _begun = new(1, StringComparer.Ordinal);
    private readonly Queue<string> _begunInOrder = new(1);
    private SoundingPlay? _sounding;
    private long _freeSinceTicks;
    private int _volume = 100;
    private int _recordings;
    private readonly SortedSet<long> _wakes = [];

    internal Horn(HornTraits traits, HornFirmware shared) => (Traits, _shared) = (traits, shared);

    public HornTraits Traits { get; }

    /// <summary>Called, outside every lock, when a report has been added to an empty or growing outbox.</summary>
    public Action? OutboxGrew { get; set; }

    /// <summary>
    /// Judges and carries out one order. Before it returns, the order is either refused or accepted with its number durable; the task ends
    /// when a download it caused has ended too.
    /// </summary>
    public Task ReceiveAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var order = OrderReader.TryRead(payload, out var tag, out var seq, out var type);
        string verdict;
        lock (_gate)
        {
            verdict = order switch
            {
                PrepareOrder prepare => TakeSeq(prepare),
                ArmOrder arm => Arm(arm),
                StopOrder stop => Stop(stop),
                AlarmOrder alarm => Alarm(alarm, ref tag),
                _ => "malformed",
            };
            if (verdict.Length > 0)
            {
                Post(Report.Refused(tag, seq, verdict));
            }
        }

        _shared.Journal.Write("order", Traits.DeviceId, type, tag, verdict.Length == 0 ? "accepted" : verdict);
        OutboxGrew?.Invoke();
        return verdict.Length == 0 && order is PrepareOrder download ? PrepareAsync(download, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Does everything that is due by now: ends plays, begins plays, writes recordings on.</summary>
    /// <param name="askedForTicks">The moment it asked for and that has come.</param>
    public void Advance(long askedForTicks)
    {
        lock (_gate)
        {
            _wakes.Remove(askedForTicks);
            AdvanceTo(_shared.NowTicks);
        }

        OutboxGrew?.Invoke();
    }

    /// <summary>Adds the regular state report.</summary>
    public void ReportState()
    {
        lock (_gate)
        {
            var state = _sounding is not null ? "playing" : _armed.Count > 0 ? "armed" : "standby";
            _armed.RemoveAll(static a => a.IsOver);
            var plans = _armed.Select(static a => a.Tag).ToHashSet(StringComparer.Ordinal);
            if (_sounding is { } s)
            {
                plans.Add(s.Armed.Tag);
            }

            Post(Report.State(state, _volume, Traits.BatteryPercent, Traits.RssiDbm, Traits.ClockOffset.TotalMilliseconds, [.. plans]));
        }

        OutboxGrew?.Invoke();
    }

    /// <summary>The oldest report that the gateway has not acknowledged.</summary>
    public bool TryPeekReport(out byte[] report)
    {
        lock (_gate)
        {
            return _outbox.TryPeek(out report!);
        }
    }

    /// <summary>The gateway has acknowledged <paramref name="report"/>.</summary>
    public void Acknowledged(byte[] report)
    {
        lock (_gate)
        {
            if (_outbox.TryPeek(out var oldest) && ReferenceEquals(oldest, report))
            {
                _outbox.Dequeue();
            }
        }
    }

    public void Dispose() => _sounding?.Dispose();

    private async Task PrepareAsync(PrepareOrder order, CancellationToken cancellationToken)
    {
        Download download;
        try
        {
            download = await _shared.Programmes.GetAsync(order, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return; // The process ends.
        }

        lock (_gate)
        {
            // Shared bytes, own judgement: the hash counts that this device was given.
            if (download.Programme is { } programme && programme.Sha256 == order.Sha256)
            {
                Keep(programme, _shared.NowTicks + order.Ttl.Ticks);
                Post(Report.Ready(order.Tag, order.Seq, order.Sha256));
            }
            else
            {
                var reason = download.Programme is null ? download.Reason : "hash-mismatch";
                Post(Report.Refused(order.Tag, order.Seq, reason));
                _shared.Journal.Write("order", Traits.DeviceId, order.Type, order.Tag, reason);
            }
        }

        OutboxGrew?.Invoke();
    }

    private void Keep(Programme programme, long untilTicks)
    {
        if (_held.Count >= HeldMax && !_held.ContainsKey(programme.Sha256))
        {
            _held.Remove(_held.MinBy(h => h.Value.UntilTicks).Key);
        }

        _held[programme.Sha256] = (programme, untilTicks);
    }

    private Programme? Held(string sha256, long now) => _held.TryGetValue(sha256, out var held) && held.UntilTicks >= now ? held.Programme : null;

    private void AdvanceTo(long now)
    {
        while (true)
        {
            if (_sounding is { } s && s.EndTicks <= now)
            {
                Finish(s, s.Armed.Programme.Samples.Length, s.EndTicks);
            }

            _armed.RemoveAll(static a => a.IsOver);
            var next = MostUrgentDue(now);
            if (next is null || (_sounding is not null && _sounding.Armed.Priority >= next.Priority))
            {
                break;
            }

            if (_sounding is { } lower)
            {
                Finish(lower, lower.PositionAt(now), now); // pre-empted: reported with the samples it had, and as not audible
            }

            Begin(next, now);
        }

        if (_sounding is { } sounding)
        {
            sounding.Recorder?.WriteUpTo(sounding.PositionAt(now));
            WakeAt(sounding.Recorder is null ? sounding.EndTicks : Math.Min(sounding.EndTicks, now + BlockTicks));
        }

        foreach (var armed in _armed)
        {
            if (armed.DueTicks > now)
            {
                WakeAt(armed.DueTicks);
            }
        }
    }

    // What is asked for already and comes earlier is enough: a later moment is asked for again then. So nothing is ever asked for twice.
    private void WakeAt(long ticks)
    {
        if (_wakes.Count == 0 || ticks < _wakes.Min)
        {
            _wakes.Add(ticks);
            _shared.Wake(this, ticks);
        }
    }

    private ArmedPlay? MostUrgentDue(long now)
    {
        ArmedPlay? best = null;
        foreach (var armed in _armed)
        {
            if (armed.DueTicks <= now && (best is null || armed.Priority > best.Priority))
            {
                best = armed;
            }
        }

        return best;
    }

    private void Begin(ArmedPlay armed, long now)
    {
        var due = armed.DueTicks;
        var start = Math.Max(due, _freeSinceTicks);
        if (now - start > BufferTicks)
        {
            start = now; // underrun: the sound begins when the processor came to it, and the report says so
        }

        var number = armed.Next++;
        Remember(armed.Tag, armed.Next);
        if (start > armed.NotAfterTicks)
        {
            return; // it waited for its turn beyond its life
        }

        _volume = armed.Volume;
        _sounding = new SoundingPlay
        {
            Armed = armed,
            Number = number,
            StartTicks = start,
            SamplesPerTick = armed.Programme.SampleRateHz * _shared.Speed / TimeSpan.TicksPerSecond,
            Recorder = Record(armed, number),
        };
        Post(Report.Started(armed.Tag, start, number));
        _shared.Journal.Write("start", Traits.DeviceId, armed.Tag, Text(number), Text(start), Text(due - Traits.ClockOffset.Ticks));
    }

    private void Remember(string tag, int next)
    {
        if (!_begun.ContainsKey(tag))
        {
            _begunInOrder.Enqueue(tag);
            if (_begunInOrder.Count > BegunMax)
            {
                _begun.Remove(_begunInOrder.Dequeue());
            }
        }

        _begun[tag] = next;
    }

    private Recorder? Record(ArmedPlay armed, int number)
    {
        if (Traits.RecordDirectory is null)
        {
            return null;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{Traits.DeviceId}_{armed.Tag.Replace(':', '-')}_{number}.wav");
        return new Recorder(Path.Combine(Traits.RecordDirectory, name), armed.Programme, Traits.AmpDead ? 0 : Gain(armed.Volume),
            unchecked(Traits.Seed + ++_recordings));
    }

    private void Finish(SoundingPlay s, int samples, long endTicks)
    {
        s.Recorder?.WriteUpTo(samples);
        s.Dispose();
        (_sounding, _freeSinceTicks) = (null, endTicks);
        var (rms, peak) = s.Armed.Programme.Level(samples);
        var gain = Gain(s.Armed.Volume);
        var heard = Traits.AmpDead ? NoiseRms : Math.Sqrt((rms * gain * rms * gain) + (NoiseRms * NoiseRms));
        var audible = heard >= AudibleRms && samples == s.Armed.Programme.Samples.Length;
        Post(Report.Done(s.Armed.Tag, s.Number, samples, Dbfs(rms * gain), Dbfs(peak * gain), audible));
        _shared.Journal.Write("done", Traits.DeviceId, s.Armed.Tag, Text(s.Number), audible ? "1" : "0");
        if (s.Armed.UntilEvacuated && s.Number == Traits.EvacuatedAfterPlays)
        {
            Post(Report.Evacuated(s.Armed.Tag));
            _shared.Journal.Write("evacuated", Traits.DeviceId, s.Armed.Tag);
        }
    }

    private void Post(byte[] report)
    {
        if (_outbox.Count == OutboxMax)
        {
            _outbox.Dequeue(); // months without a link: the oldest goes, as on a device whose flash is full
        }

        _outbox.Enqueue(report);
    }

    // A potentiometer's square law: half way is −12 dB.
    private static double Gain(int volume) => volume / 100.0 * (volume / 100.0);

    private static double Dbfs(double level) => level <= 1e-6 ? -120 : 20 * Math.Log10(level);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
