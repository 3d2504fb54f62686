using AlertGateway.Core;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Simulation;

/// <summary>A warning is taken back, an update goes to one village all the same, and is taken back as well: the other village has been told already.</summary>
public sealed class ToldOnceTests
{
    private static readonly Actor Officer = new(2, "李值班", "test");

    [Theory]
    [InlineData((int)Sabotage.None)]
    [InlineData((int)Sabotage.TellsAgain)]
    public void Who_was_told_before_an_update_that_is_not_for_them_is_not_told_again(int sabotage)
    {
        SimRun? played = null;
        var night = SimRun.Play(3, households: 20, calm: true, cancelAfterMilliseconds: 4_000, sabotage: (Sabotage)sabotage, weather: run =>
        {
            played = run;
            At(9_000, async gateway => await gateway.Room.OpenAsync(run.Desk.Sign(new Message("update", run.Scheduler.Clock.WallTicks, run.Scheduler.Clock.WallTicks + TimeSpan.TicksPerHour, OneVillage(run.Town), TakesOver: 1)), CancellationToken.None));
            At(14_000, gateway => gateway.Room.CancelAsync(2, Officer, "test", falseAlarm: false, CancellationToken.None));
            void At(int milliseconds, Func<SimGateway, Task> request) => run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => run.Gateway!.Do(() => request(run.Gateway!)));
        });
        var told = played!.Far.Effects.Keys.Where(k => k.Purpose == Purpose.Cancel).GroupBy(k => k.EndpointNo).Select(g => g.Count()).ToArray();
        if (sabotage == (int)Sabotage.None)
        {
            Assert.Null(night.Violation);
            Assert.Contains(1, told);
            Assert.Contains(2, told); // they had the update since
        }
        else
        {
            Assert.Contains("was told again", night.Violation, StringComparison.Ordinal);
        }
    }

    private static int[] OneVillage(Town town) => [.. town.Everybody.Where(e => town.Registry.EndpointPerson[e] is > 0 and var person && town.Registry.HouseholdVillage[town.Registry.PersonHousehold[person]] == 1)];
}
