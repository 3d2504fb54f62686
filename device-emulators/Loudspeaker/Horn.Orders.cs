using System.Globalization;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>What a device makes of an order: whom it obeys, what it refuses and why. Called under the device's gate.</summary>
public sealed partial class Horn
{
    // Empty text: accepted.
    private string TakeSeq(Order order)
    {
        if (order.Seq <= _shared.Sequences.Last(Traits.DeviceId))
        {
            return "replayed";
        }

        _shared.Sequences.Accept(Traits.DeviceId, order.Seq);
        return "";
    }

    private string Arm(ArmOrder o)
    {
        var now = _shared.NowTicks;
        if (!_shared.OrderKey.HasSigned(Traits.DeviceId, o))
        {
            return "bad-signature";
        }

        if (Unfit(o.Tag, o.Seq, o.NotAfterTicks, o.Status, now) is { } reason)
        {
            return reason;
        }

        if (Held(o.Sha256, now) is not { } programme)
        {
            return "not-ready";
        }

        var play = new ArmedPlay
        {
            Tag = o.Tag,
            Programme = programme,
            Volume = o.Volume,
            Priority = o.Priority,
            Repeat = o.Repeat,
            PlayAtTicks = o.PlayAtTicks + Traits.ClockOffset.Ticks,
            NotAfterTicks = o.NotAfterTicks,
            EveryTicks = (long)(o.RepeatEverySeconds * TimeSpan.TicksPerSecond / _shared.Speed),
            ThenAtTicks = o.ThenEverySeconds == 0 ? 0 : o.PlayAtTicks + Traits.ClockOffset.Ticks + (long)((o.ThenAtTicks - o.PlayAtTicks) / _shared.Speed),
            ThenEveryTicks = (long)(o.ThenEverySeconds * TimeSpan.TicksPerSecond / _shared.Speed),
            UntilEvacuated = o.Until == "evacuated",
            Next = _begun.GetValueOrDefault(o.Tag, 1), // the same order again: what was heard is not heard again
        };
        if (!play.JoinAt(now) && !_begun.ContainsKey(o.Tag))
        {
            return "too-late";
        }

        return Take(play, o.Seq);
    }

    private string Alarm(AlarmOrder o, ref string tag)
    {
        var now = _shared.NowTicks;
        if (!int.TryParse(Traits.DeviceId.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var own))
        {
            return "malformed";
        }

        tag = string.Create(CultureInfo.InvariantCulture, $"d{o.Dissemination}-{own}-3-0-1");
        if (!_shared.OrderKey.HasSigned(o) || !o.Names(own))
        {
            return "bad-signature"; // what is signed for others is not signed for this one
        }

        if (Unfit(tag, o.Seq, o.NotAfterTicks, o.Status, now) is { } reason)
        {
            return reason;
        }

        if (Held(o.Sha256, now) is not { } programme)
        {
            return "not-ready";
        }

        // Never too late while it lives: it begins with its arrival.
        return Take(new ArmedPlay
        {
            Tag = tag,
            Programme = programme,
            Volume = o.Volume,
            Priority = o.Priority,
            Repeat = o.Repeat,
            PlayAtTicks = Math.Max(o.PlayAtTicks, now),
            NotAfterTicks = o.NotAfterTicks,
            EveryTicks = (long)(o.RepeatEverySeconds * TimeSpan.TicksPerSecond / _shared.Speed),
            Next = _begun.GetValueOrDefault(tag, 1),
        }, o.Seq);
    }

    // Null: fit to be taken, as far as its age, its world and what was stopped say.
    private string? Unfit(string tag, long seq, long notAfterTicks, string status, long now)
    {
        if (seq <= _shared.Sequences.Last(Traits.DeviceId))
        {
            return "replayed";
        }

        if (notAfterTicks < now)
        {
            return "expired";
        }

        if (status == "Actual" == Traits.Exercise)
        {
            return Traits.Exercise ? "live-refused" : "exercise-refused";
        }

        return _tombstones.Contains(tag) ? "stopped" : null;
    }

    private string Take(ArmedPlay play, long seq)
    {
        if (_armed.Count >= ArmedMax)
        {
            return "busy";
        }

        _shared.Sequences.Accept(Traits.DeviceId, seq);
        _armed.RemoveAll(a => a.Tag == play.Tag);
        _armed.Add(play);
        Post(Report.Armed(play.Tag, seq));
        WakeAt(play.DueTicks);
        return "";
    }

    private string Stop(StopOrder o)
    {
        var now = _shared.NowTicks;
        if (!_shared.OrderKey.HasSigned(Traits.DeviceId, o))
        {
            return "bad-signature";
        }

        if (o.Seq <= _shared.Sequences.Last(Traits.DeviceId))
        {
            return "replayed";
        }

        if (o.NotAfterTicks < now)
        {
            return "expired";
        }

        _shared.Sequences.Accept(Traits.DeviceId, o.Seq);
        Silence(o.StopTag, now, forGood: o.Tag != o.StopTag);
        Post(Report.Stopped(o.Tag, o.StopTag));
        return o.Sha256 is null ? "" : ArmCorrection(o, now);
    }

    // A stop under its own tag ends a plan that may be taken up again; any other takes the order back.
    private void Silence(string stopTag, long now, bool forGood)
    {
        if (forGood)
        {
            if (_tombstones.Count == TombstonesMax)
            {
                _tombstones.Dequeue();
            }

            _tombstones.Enqueue(stopTag);
        }
        else
        {
            _begun.Remove(stopTag); // a plan that is taken up again begins anew
        }

        _armed.RemoveAll(a => a.Tag == stopTag);
        if (_sounding is { } s && s.Armed.Tag == stopTag)
        {
            s.Recorder?.WriteUpTo(s.PositionAt(now));
            s.Dispose();
            (_sounding, _freeSinceTicks) = (null, now);
        }

        _shared.Journal.Write("stop", Traits.DeviceId, stopTag);
    }

    // What was stopped is stopped whatever becomes of the correction: a refusal here concerns the programme only.
    private string ArmCorrection(StopOrder o, long now)
    {
        if (Held(o.Sha256!, now) is not { } programme)
        {
            return "not-ready";
        }

        var play = new ArmedPlay
        {
            Tag = o.Tag,
            Programme = programme,
            Volume = _volume,
            Priority = 255,
            Repeat = 1,
            PlayAtTicks = o.PlayAtTicks + Traits.ClockOffset.Ticks,
            NotAfterTicks = o.NotAfterTicks,
            EveryTicks = 0,
        };
        if (!play.JoinAt(now))
        {
            return "too-late";
        }

        _armed.Add(play);
        WakeAt(play.DueTicks);
        return "";
    }
}
