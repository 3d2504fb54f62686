using AlertGateway.Cap;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>The people and the weather of one night: what is released, updated and taken back, and what breaks.</summary>
internal sealed class Script(SimRun run, bool calm)
{
    private static readonly Actor Officer = new(2, "李值班", "test");

    private readonly List<int> _opened = [];
    private readonly HashSet<int> _updated = [];
    private int _waiting;
    private bool _wasDown;

    /// <summary>Everybody has done what they wanted and was answered.</summary>
    public bool Done => _waiting == 0;

    public void Begin()
    {
        var s = run.Scheduler;
        int alerts = calm ? 1 : s.Below(1, 4);
        for (int i = 0; i < alerts; i++)
        {
            string name = $"alert-{i}";
            int life = calm || s.Chance(700) ? 3_600_000 : s.Below(2_000, 60_000);
            _waiting++;
            var wanted = Wanted(name);
            s.AfterMilliseconds(10, calm ? 20 : 20_000, () => Open(wanted, life, (message, no) => FollowUp(message, no)));
        }
        if (calm) return;
        int crashes = s.Below(0, 4);
        for (int i = 0; i < crashes; i++) s.AfterMilliseconds(20, 40_000, () => run.Crash((Tear)s.Below(0, 3), "kill -9"));
        if (s.Chance(200)) s.AfterMilliseconds(100, 30_000, () => run.Disk.Full = true);
        if (s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => Down(s.Below(1_000, 90_000)));
        if (run.Standby && s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => StandbyDown(s.Below(1_000, 90_000)));
        if (s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => run.Oracle.Stepped(s.Between(-30, 30) * TimeSpan.TicksPerSecond));
        s.Clock.DriftPpm = s.Below(-200, 201);
        int away = s.Below(0, 6);
        More();
        for (int i = 0; i < away; i++) s.AfterMilliseconds(0, 20_000, () => run.Far.GoOffline(s.Below(1, run.Town.Registry.Endpoints + 1), 60_000));
    }

    // The first stream stays as it was: whatever else happens is drawn from the other.
    private void More()
    {
        var (s, later) = (run.Scheduler, run.Scheduler.Later);
        if (run.Extras.HasFlag(Extras.HourSteps)) s.After(later.Between(1_000_000, 300_000_000), () => StepByAnHour((later.Chance(500) ? 1 : -1) * TimeSpan.TicksPerHour));
        if (run.Extras.HasFlag(Extras.Poison))
        {
            for (int i = later.Below(0, 4); i > 0; i--) s.After(later.Between(0, 200_000_000), () => run.Far.Spoil(later.Below(1, run.Town.Registry.Endpoints + 1), later.Below(1_000, 60_000)));
            for (int i = later.Below(0, 3); i > 0; i--) s.After(later.Between(0, 200_000_000), () => run.Far.Hang(later.Below(1, run.Town.Registry.Endpoints + 1), later.Below(1_000, 60_000)));
        }
        if (run.Extras.HasFlag(Extras.Reserve) && later.Chance(600)) s.After(later.Between(1_000_000, 200_000_000), () => OnReserve(later.Between(10, 90) * TimeSpan.TicksPerSecond));
    }

    /// <summary>A person sets the clock right after a while.</summary>
    private void StepByAnHour(long ticks)
    {
        var s = run.Scheduler;
        run.Note("the wall clock is stepped by {0} min", ticks / TimeSpan.TicksPerMinute);
        s.Clock.StepTicks += ticks;
        s.After(s.Later.Between(5, 400) * TimeSpan.TicksPerSecond, () => s.Clock.StepTicks -= ticks);
    }

    /// <summary>Whoever was warned is told meanwhile that it was nothing, half of the time.</summary>
    private void OnReserve(long ticks)
    {
        if (run.Finished) return; // The night is over; what is still on its way is only watched.
        var (s, since) = (run.Scheduler, run.Scheduler.Clock.Now);
        run.Note("the ledger lives on its reserve");
        run.Disk.OnReserve = true;
        int newest = _opened.FindLast(no => run.Extras.HasFlag(Extras.UpdateAfterCancel) || !_updated.Contains(no));
        if (newest > 0 && s.Later.Chance(500))
        {
            _waiting++;
            s.After(s.Later.Between(0, ticks / 2), () => Cancel(newest, falseAlarm: s.Later.Chance(300)));
        }
        s.After(ticks, () =>
        {
            run.Note("there is room on the disk again");
            // Behind a provider that did not answer a cancel may wait for other reasons.
            if (run.Gateway is { Ready: true } gateway && !_wasDown) run.Oracle.ReserveEnds(gateway, since);
            run.Disk.OnReserve = false;
            run.Gateway?.RoomAgain();
        });
    }

    /// <summary>A red warning to the town or a part of it; where the night has them also lesser ones, and exercises, of which targeting now and then takes some of the other world along.</summary>
    private Message Wanted(string name)
    {
        var later = run.Scheduler.Later;
        var message = new Message(name, 0, 0, SomeOf(run.Town.Everybody));
        if (run.Extras.HasFlag(Extras.Pagers) && later.Chance(400)) message = message with { Colour = WarningColour.Yellow };
        if (!run.Extras.HasFlag(Extras.Exercises)) return message;
        if (later.Chance(400)) message = message with { Status = later.Chance(500) ? AlertStatus.Exercise : AlertStatus.Test, To = run.Town.Drill };
        return later.Chance(250) ? message with { To = [.. run.Town.Everybody.Concat(run.Town.Drill).Order()] } : message;
    }

    private void FollowUp(Message message, int no)
    {
        var s = run.Scheduler;
        if (run.CancelAfterMilliseconds is { } after)
        {
            _waiting++;
            s.After(after * TimeSpan.TicksPerMillisecond, () => Cancel(no, falseAlarm: true));
        }
        if (TakesBackAtOnce(no)) return;
        int dice = calm ? 1000 : s.Below(0, 100);
        if (dice < 40)
        {
            bool falseAlarm = s.Chance(400);
            _waiting++;
            s.AfterMilliseconds(1, 15_000, () => Cancel(no, falseAlarm));
        }
        else if (dice < 70)
        {
            _updated.Add(no);
            _waiting++;
            s.AfterMilliseconds(1, 15_000, () => Open(message with { Name = message.Name + "-update", TakesOver = no, To = run.Scheduler.Later.Chance(500) || message.Status != AlertStatus.Actual ? message.To : SomeOf(message.To) }, 3_600_000, (_, newer) =>
            {
                if (TakesBackAtOnce(newer) || !s.Chance(400)) return;
                _waiting++;
                s.AfterMilliseconds(1, 10_000, () => Cancel(newer, s.Chance(300)));
            }));
        }
    }

    private bool TakesBackAtOnce(int no)
    {
        var (s, later) = (run.Scheduler, run.Scheduler.Later);
        if (!run.Extras.HasFlag(Extras.Hasty) || !later.Chance(500)) return false;
        bool falseAlarm = later.Chance(800);
        _waiting++;
        s.After(later.Between(0, TimeSpan.TicksPerSecond / 2), () => Cancel(no, falseAlarm));
        return true;
    }

    // Every third message goes to everybody it may go to.
    private int[] SomeOf(int[] otherwise) => run.Extras.HasFlag(Extras.Areas) && !run.Scheduler.Later.Chance(333) ? run.Town.Part(run.Scheduler.Later) : otherwise;

    private void Open(Message wanted, int lifeMilliseconds, Action<Message, int> then)
    {
        if (run.Extras.HasFlag(Extras.SoonClosed) && run.Scheduler.Later.Chance(600)) lifeMilliseconds = run.Scheduler.Later.Below(5_000, 30_000);
        long now = run.Scheduler.Clock.TrueTicks, expires = run.Extras.HasFlag(Extras.NoExpiry) && run.Scheduler.Later.Chance(400) ? long.MaxValue : now + (lifeMilliseconds * 10_000L);
        var message = wanted with { WallTicks = now, ExpiresTicks = expires };
        var alert = run.Desk.Sign(message);
        bool answered = false;
        Try();

        // A person who got no answer presses again.
        void Try()
        {
            if (answered) return;
            if (run.Gateway is { Ready: true } gateway)
            {
                gateway.Do(async () =>
                {
                    int no = await (run.AtOnce && message.TakesOver == 0 ? gateway.OpenAtOnceAsync(alert) : gateway.Room.OpenAsync(alert, CancellationToken.None));
                    if (answered || !gateway.Alive) return;
                    answered = true;
                    run.Oracle.Opened(no, expires);
                    _opened.Add(no);
                    then(message, no);
                    _waiting--;
                });
            }
            run.Scheduler.AfterMilliseconds(1_000, 3_000, Try);
        }
    }

    private void Cancel(int no, bool falseAlarm)
    {
        bool answered = false;
        Try();

        void Try()
        {
            if (answered) return;
            if (run.Gateway is { Ready: true } gateway)
            {
                gateway.Do(async () =>
                {
                    try
                    {
                        var cancel = gateway.Room.CancelAsync(no, Officer, "test", falseAlarm, CancellationToken.None);
                        if (run.Sabotage != Sabotage.AnswersFirst) await cancel;
                    }
                    catch (LedgerFullException)
                    {
                        run.Oracle.CancelRefused(no);
                    }
                    if (answered || !gateway.Alive) return;
                    answered = true;
                    run.Oracle.CancelAnswered(no);
                    _waiting--;
                });
            }
            run.Scheduler.AfterMilliseconds(1_000, 3_000, Try);
        }
    }

    private void StandbyDown(int milliseconds)
    {
        run.Far.StandbyDown = _wasDown = true;
        run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => run.Far.StandbyDown = false);
    }

    private void Down(int milliseconds)
    {
        run.Far.Down = _wasDown = true;
        run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => run.Far.Down = false);
    }
}
