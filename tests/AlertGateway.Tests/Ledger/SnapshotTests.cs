using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Dispatch;
using CsCheck;

namespace AlertGateway.Tests.Ledger;

public sealed class SnapshotTests
{
    private const int Households = 12;
    private static readonly RegistrySnapshot Town = Makers.ATown(Households, "v1", [new Site(1, "school", "小学", 0, 31.3, 119.4, 300, 0, [5, 8]), new Site(2, "care-home", "敬老院", 1, 31.3, 119.4, 40, 40, [3])], (3, PersonFlags.Vulnerable), (8, PersonFlags.Away));
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));

    /// <summary>Rows as lanes, receipts, wardens and ticks write them, in any order; two disseminations, the first of which may be taken back or superseded.</summary>
    private static readonly Gen<LedgerEvent[]> Rows = Gen.Select(Gen.Int[0, 100], Gen.Int[1, 2], Gen.Int[1, Households * 2], Gen.Int[1, 8], Gen.Int[0, 6], Gen.Int[0, 300]).Select((what, no, endpoint, code, level, at) =>
    {
        var row = new LedgerEvent { Kind = LedgerEventKind.Started, DisseminationNo = no, EndpointNo = endpoint, Channel = 1, Purpose = (byte)(what % 10 == 9 ? 1 : 0), Attempt = (byte)(1 + (at % 3)), AtTicks = Sent.UtcTicks + at };
        return what switch
        {
            < 35 => row with { Code = (byte)(what == 34 ? 1 : 0) },
            < 75 => row with { Kind = LedgerEventKind.Result, Code = (byte)code, Number = what % 2 == 0 ? (byte)DispatchError.GatewayCrashed : 0 },
            < 88 => row with { Kind = LedgerEventKind.Receipt, Code = (byte)level },
            < 92 => row with { Kind = LedgerEventKind.ReceiptsClosed, Number = Sent.UtcTicks + at },
            < 96 => row with { Kind = LedgerEventKind.Visited, Code = (byte)(level < 3 ? Evidence.Acknowledged : Evidence.Visited), Body = "{}"u8.ToArray() },
            96 => row with { Kind = LedgerEventKind.Cancelled, Body = "{\"personId\":1,\"personName\":\"值班员\",\"rule\":\"duty\",\"reason\":\"误发\",\"falseAlarm\":true}"u8.ToArray() },
            97 => row with { Kind = LedgerEventKind.Superseded, Number = 2 },
            98 => row with { Kind = LedgerEventKind.Suppressed, Code = (byte)DispatchError.Expired },
            99 => row with { Kind = LedgerEventKind.Closed },
            _ => row with { Kind = LedgerEventKind.Refused, DisseminationNo = 0 },
        };
    }).Array[1, 120];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_state_taken_up_from_a_snapshot_and_its_tail_is_that_of_the_whole_ledger() =>
        Gen.Select(Rows, Gen.Int[0, 120], Gen.Bool).Sample((rows, cut, live) =>
        {
            var opening = Opening();
            var whole = ARoom();
            Fold(whole, opening, 1);
            Fold(whole, rows, opening.Length + 1);

            var before = ARoom();
            Fold(before, opening, 1);
            cut = Math.Min(cut, rows.Length);
            Fold(before, rows[..cut], opening.Length + 1);
            // What lanes and devices do between rows leaves no trace in a snapshot.
            if (live)
            {
                before.Take(ChannelKind.Sms, new TakenDelivery[7], new TakeLimits(7, 7, 7));
                before.TakeAsks(ChannelKind.Sms, new TakenDelivery[3]);
                before.EndpointOnline(ChannelKind.Sms, 1 + (cut % Households));
            }
            var after = ARoom();
            foreach (var state in States(before)) after.TakeUp(state);
            // The tail begins earlier than the states end: rows that a state has already are not folded twice.
            int from = Math.Max(0, cut - 5);
            Fold(after, opening[^1..], opening.Length);
            Fold(after, rows[from..], opening.Length + 1 + from);
            Assert.Equal(Served(whole), Served(after));
            Assert.Equal(Bytes(whole), Bytes(after));
        }, iter: 300);

    [Fact]
    public async Task A_restart_goes_on_from_the_snapshot_and_a_torn_or_changed_one_is_not_used()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db"), snapshotPath = Path.Combine(folder.Path, "snapshot");
        string served;
        using (var ledger = SqliteLedger.Open(path))
        {
            var (room, snapshots, _) = Start(ledger, snapshotPath);
            int no = await room.OpenAsync(Makers.ARedAlert(Town, Sent), Stop);
            for (int i = 1; i <= 9; i++) await ledger.AppendAsync(new[] { AStart(no, i), AStart(no, i) with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted } }, Stop);
            await ledger.AppendAsync(new[] { new LedgerEvent { Kind = LedgerEventKind.Signed, AtTicks = 1, Number = 1, Body = "{}"u8.ToArray() } }, Stop);
            snapshots.Write();
            await ledger.AppendAsync(new[] { AStart(no, 10) }, Stop);
            served = Served(room);
        }
        using (var ledger = SqliteLedger.Open(path))
        {
            var (room, snapshots, desk) = Start(ledger, snapshotPath);
            Assert.True(snapshots.SnapshotRow > 0);
            Assert.Equal([LedgerEventKind.Signed], desk.Where(k => k == LedgerEventKind.Signed));
            Assert.Equal(served, Served(room));
        }
        var files = Directory.GetFiles(snapshotPath);
        Assert.Equal(2, files.Length);
        foreach (string file in files)
        {
            byte[] good = await File.ReadAllBytesAsync(file, Stop);
            foreach (var bad in (byte[][])[good[..(good.Length / 2)], [.. good[..^1], (byte)(good[^1] ^ 1)], [], [.. good.Reverse()]])
            {
                await File.WriteAllBytesAsync(file, bad, Stop);
                using var ledger = SqliteLedger.Open(path);
                var (room, snapshots, _) = Start(ledger, snapshotPath);
                Assert.Equal(0, snapshots.SnapshotRow);
                Assert.Equal(served, Served(room));
            }
            await File.WriteAllBytesAsync(file, good, Stop);
        }
    }

    [Fact]
    public void The_bytes_of_a_snapshot_are_those_of_its_version()
    {
        using var folder = new TempFolder();
        new SnapshotFolder(folder.Path).Write("name", "abc"u8);
        // AGWS, 4, 3 bytes, CRC-32C of "abc", content
        Assert.Equal("41475753" + "04000000" + "0300000000000000" + "B73F4B36" + "616263", Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder.Path, "name"))));
        var room = ARoom();
        Fold(room, Opening(), 1);
        Fold(room, [AStart(1, 1), AStart(1, 1) with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted, AtTicks = 5 }, AStart(1, 2)], Opening().Length + 1);
        // Another layout of a state needs another version: then this changes with it.
        Assert.Equal((4, "15b1bd5d03eca7fe"), (SnapshotFolder.FormatVersion, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Bytes(room)))[..16]));
    }

    [Fact]
    public async Task A_number_that_the_ledger_refused_hides_no_later_one_from_a_restart()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db"), snapshotPath = Path.Combine(folder.Path, "snapshot");
        string served;
        using (var ledger = SqliteLedger.Open(path))
        {
            var (room, snapshots, _) = Start(ledger, snapshotPath);
            using (var opening = room.Opening(Makers.ARedAlert(Town, Sent))) Assert.NotEmpty(opening.Rows);
            Assert.Equal(2, await room.OpenAsync(Makers.ARedAlert(Town, Sent.AddHours(1)), Stop));
            snapshots.Write();
            served = Served(room);
        }
        using (var ledger = SqliteLedger.Open(path))
        {
            var (room, snapshots, _) = Start(ledger, snapshotPath);
            Assert.True(snapshots.SnapshotRow > 0);
            Assert.NotNull(room.Find(2));
            Assert.Equal(served, Served(room));
        }
    }

    [Fact]
    public async Task A_snapshot_of_another_ledger_or_registry_is_not_used()
    {
        using TempFolder one = new(), other = new();
        string snapshotPath = Path.Combine(one.Path, "snapshot");
        using (var ledger = SqliteLedger.Open(Path.Combine(one.Path, "ledger.db")))
        {
            var (room, snapshots, _) = Start(ledger, snapshotPath);
            await room.OpenAsync(Makers.ARedAlert(Town, Sent), Stop);
            snapshots.Write();
        }
        using (var ledger = SqliteLedger.Open(Path.Combine(one.Path, "ledger.db")))
        {
            var elsewhere = new DisseminationRoom(ledger, Makers.ATown(Households, "v2"), TimeProvider.System, Times);
            Assert.Equal(1, new StateSnapshots(new SnapshotFolder(snapshotPath), ledger, elsewhere).Restore((_, _) => { }));
        }
        using (var ledger = SqliteLedger.Open(Path.Combine(other.Path, "ledger.db")))
        {
            var (room, _, _) = Start(ledger, Path.Combine(other.Path, "snapshot"));
            await room.OpenAsync(Makers.ARedAlert(Town, Sent.AddHours(1)), Stop);
            Assert.Equal(1, new StateSnapshots(new SnapshotFolder(snapshotPath), ledger, ARoom()).Restore((_, _) => { }));
        }
    }

    private static ChannelTimes Times(ChannelKind channel) => new(TimeSpan.FromHours(1), TimeSpan.MaxValue);

    private static DisseminationRoom ARoom() => new(new Approval.MemoryLedger(), Town, TimeProvider.System, Times);

    /// <summary>The start of a gateway in small: snapshot, then the ledger's tail.</summary>
    private static (DisseminationRoom Room, StateSnapshots Snapshots, List<LedgerEventKind> Desk) Start(SqliteLedger ledger, string folder)
    {
        var room = new DisseminationRoom(ledger, Town, TimeProvider.System, Times);
        var snapshots = new StateSnapshots(new SnapshotFolder(folder), ledger, room);
        var desk = new List<LedgerEventKind>();
        ledger.Observe(room);
        ledger.Observe(snapshots);
        void Desk(long first, ReadOnlySpan<LedgerEvent> rows)
        {
            foreach (var row in rows) desk.Add(row.Kind);
        }
        ledger.Read(snapshots.Restore(Desk), (first, rows) =>
        {
            Desk(first, rows);
            room.OnCommitted(first, rows);
            snapshots.OnCommitted(first, rows);
        });
        return (room, snapshots, desk);
    }

    private static LedgerEvent[] Opening()
    {
        var ledger = new Approval.MemoryLedger();
        var room = new DisseminationRoom(ledger, Town, TimeProvider.System, Times);
        ledger.Observe(room);
        room.OpenAsync(Makers.ARedAlert(Town, Sent), CancellationToken.None).GetAwaiter().GetResult();
        room.OpenAsync(Makers.ARedAlert(Town, Sent.AddMinutes(5), "demo-2"), CancellationToken.None).GetAwaiter().GetResult();
        return [.. ledger.Rows];
    }

    private static LedgerEvent AStart(int no, int endpoint) => new() { Kind = LedgerEventKind.Started, AtTicks = Sent.UtcTicks + endpoint, DisseminationNo = no, EndpointNo = endpoint, Channel = 1, Attempt = 1 };

    private static void Fold(DisseminationRoom room, LedgerEvent[] rows, long first) => room.OnCommitted(first, rows);

    private static byte[] Bytes(DisseminationRoom room)
    {
        var writer = new SnapshotWriter();
        for (int no = 1; room.SequenceOf(no) is not null; no++) room.Save(no, writer);
        return writer.Written.ToArray();
    }

    private static List<Dissemination> States(DisseminationRoom room)
    {
        var states = new List<Dissemination>();
        for (int no = 1; room.SequenceOf(no) is not null; no++)
        {
            var writer = new SnapshotWriter();
            room.Save(no, writer);
            states.Add(Dissemination.Load(writer.Written, Town));
        }
        return states;
    }

    /// <summary>What people and lanes would be served.</summary>
    private static string Served(DisseminationRoom room) => string.Join('\n', room.Disseminations.Select(v => $"{v.DisseminationNo} {v.State} {v.Sequence} {string.Join('|', v.Channels)}")
        .Concat(room.Disseminations.Select(v => room.Coverage(v.DisseminationNo)!).Select(c => $"{string.Join(',', c.ByEvidence)} {c.PersonsAwake} {c.PersonsNotAwake} {string.Join(',', c.SitesByEvidence)} {string.Join('|', c.Villages.Select(p => string.Join(',', p.ByEvidence)))}"))
        .Concat(room.States.Select(s => string.Join(',', Enumerable.Range(0, room.Registry.Villages.Count).Select(s.Reach.VulnerableNotAwake))))
        .Concat(room.Disseminations.SelectMany(v => room.Deliveries(v.DisseminationNo)).Select(d => d.ToString()))
        .Concat(room.Disseminations.SelectMany(v => room.Timeline(v.DisseminationNo)).Select(t => t.ToString())));
}
