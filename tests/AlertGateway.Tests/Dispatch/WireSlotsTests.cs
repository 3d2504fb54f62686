using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using CsCheck;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Attempts that wait for a connection slot with a durable start.</summary>
public sealed class WireSlotsTests
{
    [Fact]
    public void Who_comes_beyond_the_slots_waits_and_goes_in_order()
    {
        var wire = new WireSlots(2, (0, 0));
        Assert.Equal([true, true, false, false], Enumerable.Range(1, 4).Select(i => wire.TryBegin(An(i))));
        Assert.Equal([3, 4], Enumerable.Range(0, 2).Select(_ => Next(wire)));
        Assert.Equal([null, null], Enumerable.Range(0, 2).Select(_ => Next(wire)));
        Assert.True(wire.TryBegin(An(5)));
    }

    [Fact]
    public void The_last_slots_are_for_what_takes_back_and_those_before_them_for_what_threatens_life()
    {
        var wire = new WireSlots(4, (1, 1));
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(i => wire.TryBegin(An(i, life: false))));
        Assert.Equal([true, false], Enumerable.Range(4, 2).Select(i => wire.TryBegin(An(i))));
        Assert.Equal([true, false], Enumerable.Range(6, 2).Select(i => wire.TryBegin(An(i, Purpose.Cancel))));
        Assert.Equal([7, null, 5, null, 3], Enumerable.Range(0, 5).Select(_ => Next(wire))); // taking back, then life, then the rest, each below its bound
    }

    [Fact]
    public void No_bound_is_broken_nobody_is_lost_and_no_slot_stands_empty_while_somebody_may_have_it()
    {
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 4].Array[1, 200]).Sample(
            (slots, forTakingBack, forLife, steps) =>
            {
                int back = Math.Min(forTakingBack, slots - 1), life = Math.Min(forLife, slots - 1 - back);
                var wire = new WireSlots(slots, (back, life));
                int[] limits = [slots, slots - back, slots - back - life];
                var waiting = new Queue<int>[] { new(), new(), new() };
                int busy = 0, number = 0;
                foreach (int step in steps)
                {
                    if (step < 3)
                    {
                        bool begun = wire.TryBegin(step == 0 ? An(++number, Purpose.Cancel) : An(++number, life: step == 1));
                        Assert.Equal(waiting[step].Count == 0 && busy < limits[step], begun);
                        if (begun) busy++;
                        else waiting[step].Enqueue(number);
                    }
                    else if (busy > 0)
                    {
                        busy--;
                        int urgency = Array.FindIndex(waiting, w => w.Count > 0 && busy < limits[Array.IndexOf(waiting, w)]);
                        Assert.Equal(urgency < 0 ? null : waiting[urgency].Dequeue(), Next(wire));
                        if (urgency >= 0) busy++;
                    }
                    Assert.InRange(busy, 0, slots);
                }
                while (busy > 0)
                {
                    busy--;
                    if (Next(wire) is not { } next) continue;
                    busy++;
                    Assert.Equal(next, Array.Find(waiting, w => w.TryPeek(out int first) && first == next)!.Dequeue());
                }
                Assert.All(waiting, Assert.Empty);
            });
    }

    private static Outgoing An(int endpoint, Purpose purpose = Purpose.Original, bool life = true) => new(default, new LedgerEvent { Kind = LedgerEventKind.Started, AtTicks = 1, EndpointNo = endpoint, Purpose = (byte)purpose, Attempt = 1 }, life);

    private static int? Next(WireSlots wire) => wire.TryNext(out var next) ? next.Started.EndpointNo : null;
}
