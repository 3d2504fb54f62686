using AlertGateway.Core.Tracking;

namespace AlertGateway.Simulation;

/// <summary>The people and the weather of one night: what is released, updated and taken back, and what breaks.</summary>
internal sealed class Script(SimRun run, bool calm)
{
    private static readonly Actor Officer = new(2, "李值班", "test");

    private int _waiting;

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
            s.AfterMilliseconds(10, calm ? 20 : 20_000, () => Open(name, life, takesOver: 0, no => FollowUp(name, no)));
        }
        if (calm) return;
        int crashes = s.Below(0, 4);
        for (int i = 0; i < crashes; i++) s.AfterMilliseconds(20, 40_000, () => run.Crash((Tear)s.Below(0, 3), "kill -9"));
        if (s.Chance(200)) s.AfterMilliseconds(100, 30_000, () => run.Disk.Full = true);
        if (s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => Down(s.Below(1_000, 90_000)));
        if (run.Standby && s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => StandbyDown(s.Below(1_000, 90_000)));
        if (s.Chance(300)) s.AfterMilliseconds(100, 30_000, () => s.Clock.StepTicks += s.Between(-30, 30) * TimeSpan.TicksPerSecond);
        s.Clock.DriftPpm = s.Below(-200, 201);
        int away = s.Below(0, 6);
        for (int i = 0; i < away; i++) s.AfterMilliseconds(0, 20_000, () => run.Far.GoOffline(s.Below(1, run.Town.Registry.Endpoints + 1), 60_000));
    }

    private void FollowUp(string name, int no)
    {
        var s = run.Scheduler;
        int dice = calm ? 1000 : s.Below(0, 100);
        if (dice < 40)
        {
            bool falseAlarm = s.Chance(400);
            _waiting++;
            s.AfterMilliseconds(1, 15_000, () => Cancel(no, falseAlarm));
        }
        else if (dice < 70)
        {
            _waiting++;
            s.AfterMilliseconds(1, 15_000, () => Open(name + "-update", 3_600_000, no, newer =>
            {
                if (!s.Chance(400)) return;
                _waiting++;
                s.AfterMilliseconds(1, 10_000, () => Cancel(newer, s.Chance(300)));
            }));
        }
    }

    private void Open(string name, int lifeMilliseconds, int takesOver, Action<int> then)
    {
        long wall = run.Scheduler.Clock.WallTicks, expires = wall + (lifeMilliseconds * 10_000L);
        var alert = run.Town.Alert(name, wall, expires, takesOver);
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
                    int no = await (run.AtOnce && takesOver == 0 ? gateway.OpenAtOnceAsync(alert) : gateway.Room.OpenAsync(alert, CancellationToken.None));
                    if (answered || !gateway.Alive) return;
                    answered = true;
                    run.Oracle.Opened(no, expires);
                    then(no);
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
                    await gateway.Room.CancelAsync(no, Officer, "test", falseAlarm, CancellationToken.None);
                    if (answered || !gateway.Alive) return;
                    answered = true;
                    _waiting--;
                });
            }
            run.Scheduler.AfterMilliseconds(1_000, 3_000, Try);
        }
    }

    private void StandbyDown(int milliseconds)
    {
        run.Far.StandbyDown = true;
        run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => run.Far.StandbyDown = false);
    }

    private void Down(int milliseconds)
    {
        run.Far.Down = true;
        run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => run.Far.Down = false);
    }
}
