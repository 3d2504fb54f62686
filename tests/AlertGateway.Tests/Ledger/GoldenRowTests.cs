using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Ledger;

/// <summary>
/// Rows, leaves, snapshots and hashes byte by byte. The expected values were worked out from docs/ledger-format.md by another program (CRC-32C bit by bit, its check value E3069283 for "123456789"; SHA-256): they lie on operators' disks and never change.
/// </summary>
public sealed class GoldenRowTests
{
    private const long At = 639205308000000000; // 2026-07-26T14:00:00 UTC

    private static readonly LedgerEvent[] Rows =
    [
        new() { Kind = LedgerEventKind.Started, Channel = 1, Purpose = 2, Attempt = 3, Code = 1, AtTicks = At, DisseminationNo = 7, EndpointNo = 100_000_000, Number = 2 },
        new() { Kind = LedgerEventKind.Signed, Code = 2, AtTicks = At + 1, Number = -5, Body = "hello ledger"u8.ToArray() },
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_and_leaves_are_the_bytes_that_they_were()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db");
        using (var ledger = SqliteLedger.Open(path)) await ledger.AppendAsync(Rows, Stop);
        Assert.Equal([
            "1|0|0|0|4345430292|639205308000000000|7|100000000|2|3547857417|",
            "2|1|0|0|8589934596|639205308000000001|0|0|-5|3655250083|68656C6C6F206C6564676572",
        ], Select(path, "SELECT seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,coalesce(hex(body),'') FROM event ORDER BY seq"));
        Assert.Equal([
            "0|2|2|1|57349F08FCFBB339B1C9DD40CEE15CDBD12D5ABC52008AA601D66F93A6AF2099",
            "1|1|1|2|DEE2E262656E9288FCF067814949874EEA3AF9829D20C4D850E1EA62E4DAD92C",
        ], Select(path, "SELECT n,kind,first,rows,hex(hash) FROM leaf ORDER BY n"));
        Assert.Equal(["1095194444|3"], Select(path, "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"));
    }

    [Fact]
    public void A_body_of_any_length_goes_into_the_check_sum() =>
        Assert.Equal([0xEC33543A, 0xB3AA10F2, 0x08CA74BE], new[] { 7, 8, 9 }.Select(n => LedgerRow.Checksum(1, 0, 0, 0, 4, 0, 0, 0, 0, "123456789"u8[..n].ToArray())));

    [Fact]
    public void A_snapshot_file_is_mark_version_length_check_sum_and_content()
    {
        using var folder = new TempFolder();
        new SnapshotFolder(folder.Path).Write("x", "snapshot!"u8);
        Assert.Equal("41475753" + "04000000" + "0900000000000000" + "D0517346" + "736E617073686F7421", Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder.Path, "x"))));
    }

    [Fact]
    public async Task A_dissemination_lies_in_its_snapshot_field_by_field()
    {
        using var folder = new TempFolder();
        using var ledger = SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"));
        var room = new DisseminationRoom(ledger, Makers.ATown(1), new FakeTimeProvider(new DateTimeOffset(At, TimeSpan.Zero)), _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        ledger.Observe(room);
        int no = await room.OpenAsync(Makers.ARedAlert(room.Registry, new DateTimeOffset(At, TimeSpan.Zero), expiresTicks: At + 10), Stop);
        var started = new LedgerEvent { Kind = LedgerEventKind.Started, DisseminationNo = no, EndpointNo = 2, Channel = 1, Attempt = 1, Number = 1, AtTicks = At + 1 };
        await ledger.AppendAsync(new[] { started, started with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted, Number = 0, AtTicks = At + 2 } }, Stop);
        var to = new SnapshotWriter();
        room.Save(no, to);
        using var from = new BinaryReader(new MemoryStream(to.Written.ToArray()));
        Assert.Equal((1, 8L, At), (from.ReadInt32(), from.ReadInt64(), from.ReadInt64())); // number, row, cleared at
        Assert.StartsWith("{\"proposalNo\":1,", Utf8(from), StringComparison.Ordinal);
        Assert.StartsWith("[{\"channel\":1,", Utf8(from), StringComparison.Ordinal);
        Assert.StartsWith("[{\"atTicks\":639205308000000000,\"code\":\"cleared\"", Utf8(from), StringComparison.Ordinal);
        Assert.Equal((0, 0L, false, false, 0), (from.ReadInt32(), from.ReadInt64(), from.ReadBoolean(), from.ReadBoolean(), from.ReadInt32())); // cancel serial, cancelled at, superseded, closed, older
        Assert.Equal((0, 0, 0, ""), (from.ReadInt32(), from.ReadInt32(), from.ReadInt32(), Utf8(from))); // evacuated villages, ends of villages, told at the door, cancel record
        Assert.Equal("01000000" + "01000000", Hex(from, 8)); // households
        Assert.Equal((2, 0), (from.ReadInt32(), from.ReadInt32())); // persons at home, of them awake
        Assert.Equal("02000000" + "0002", Hex(from, 6)); // evidence by person of these households
        Assert.Equal("01000000" + "00", Hex(from, 5)); // by household
        Assert.Equal((14, 1), Sum(from)); // households by village and grade
        Assert.Equal((2, 0), Sum(from)); // by village: households with somebody vulnerable who is not awake
        Assert.Equal((7, 1), Sum(from)); // households by grade
        Assert.Equal((1, (byte)1, (byte)0, (short)-1, At + 2, 0L), (from.ReadInt32(), from.ReadByte(), from.ReadByte(), from.ReadInt16(), from.ReadInt64(), from.ReadInt64())); // sets; channel, purpose, closed because, last accepted at, latest end of a village
        Assert.Equal("02000000" + "01000000" + "02000000", Hex(from, 12)); // endpoints
        Assert.Equal("02000000" + "0000", Hex(from, 6)); // languages
        Assert.Equal("02000000" + "0004", Hex(from, 6)); // outcomes
        Assert.Equal("02000000" + "0002", Hex(from, 6)); // evidence
        Assert.Equal("02000000" + "0001", Hex(from, 6)); // attempts
        Assert.Equal("02000000" + "0001", Hex(from, 6)); // routes
        Assert.Equal("02000000" + "0002", Hex(from, 6)); // flags
        Assert.Equal((2, 0L, At + 1), (from.ReadInt32(), from.ReadInt64(), from.ReadInt64())); // started at
        Assert.Equal((2, 0L, At + 2), (from.ReadInt32(), from.ReadInt64(), from.ReadInt64())); // accepted, due, asked or parked at
        Assert.Equal(from.BaseStream.Length, from.BaseStream.Position);
    }

    [Fact]
    public void Flags_and_codes_never_change()
    {
        var flags = typeof(DeliverySet).GetNestedType("SlotFlags", System.Reflection.BindingFlags.NonPublic)!;
        Assert.Equal("None=0 Reserved=1 MayHave=2 PossibleDuplicate=4 PossibleLoss=8 Parked=16 Doubtful=32 Unreached=64 HoldsOlder=128", string.Join(' ', Enum.GetValues(flags).Cast<object>().Select(v => $"{v}={(byte)v}")));
        Assert.Equal((0, 1, 0, 1, 2, 256), (StartedCodes.Plain, StartedCodes.PossibleDuplicate, CancelAudienceCodes.BesideItsOwn, CancelAudienceCodes.InsteadOfItsOwn, CancelAudienceCodes.CorrectedToo, ReceiptNumbers.Helped));
        Assert.Equal((1, 2, 1, 2), (AlertGateway.Core.Approval.ProposalBook.Laid, AlertGateway.Core.Approval.ProposalBook.Released, AlertGateway.Core.Approval.ProposalBook.ByPerson, AlertGateway.Core.Approval.ProposalBook.Overtaken));
    }

    [Fact]
    public void What_people_sign_is_hashed_as_it_was()
    {
        var rendition = new Rendition
        {
            Channel = ChannelKind.Loudspeaker, Purpose = Purpose.Correction, Language = "zh", Status = "Actual", Text = "t", Segments = 1, ProgrammeSha256 = "5f", ProgrammeBytes = 48_044, ProgrammeDuration = TimeSpan.FromSeconds(12),
            Horns = new HornPlan(3, 120, 1800, UntilEvacuated: true), InStock = true, Colour = WarningColour.Red, Sha256 = "9e",
        };
        Assert.Equal("492247f849642118f5937d69fef935ca14e197a1f8598db08fb92f9002827b3f", RenditionHash.Of(rendition));
        Assert.Equal("2311a056dfdcd12693b54fa2707b1478d5d5a320bdf1bd551501fe2837f07f58", RenditionHash.Of([rendition]));
        var audience = Makers.ARedAlert(Makers.ATown(1), DateTimeOffset.UnixEpoch).Proposal.Audience with { HouseholdNos = [3, 4, 7], Channels = [new ChannelAudience(ChannelKind.Sms, [3, 7], [0, 1])] };
        Assert.Equal("d54ba170a3642ae37564e47fd3d4b1df03561c5ebd03562e3fc407150e62e27d", AudienceHash.Of(audience));
    }

    [Fact]
    public async Task A_kind_of_a_newer_program_is_refused_by_its_row()
    {
        using var folder = new TempFolder();
        using var ledger = SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"));
        await ledger.AppendAsync(new[] { Rows[0], Rows[0] with { Kind = (LedgerEventKind)99 } }, Stop);
        Assert.Contains("row 2 is of kind 99", Assert.Throws<LedgerException>(() => ledger.Read(1, static (_, _) => { })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LedgerEventKind.Started, 5, 0, 0, 0, "channel 5")]
    [InlineData(LedgerEventKind.Started, 1, 3, 0, 0, "purpose 3")]
    [InlineData(LedgerEventKind.Started, 1, 0, 2, 0, "code 2")]
    [InlineData(LedgerEventKind.Result, 1, 0, 9, 0, "code 9")]
    [InlineData(LedgerEventKind.Result, 1, 0, 0, 0, "code 0")]
    [InlineData(LedgerEventKind.Result, 1, 0, 1, 22, "number 22")]
    [InlineData(LedgerEventKind.Receipt, 1, 0, 7, 0, "code 7")]
    [InlineData(LedgerEventKind.Receipt, 1, 0, 5, 512, "number 512")]
    [InlineData(LedgerEventKind.Suppressed, 1, 0, 99, 0, "code 99")]
    [InlineData(LedgerEventKind.CancelAudience, 1, 0, 3, 0, "code 3")]
    [InlineData(LedgerEventKind.VillageEvacuated, 0, 0, 2, 0, "code 2")]
    public async Task A_number_of_a_newer_program_is_refused_by_its_row(LedgerEventKind kind, byte channel, byte purpose, byte code, long number, string what)
    {
        using var folder = new TempFolder();
        using var ledger = SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"));
        var room = new DisseminationRoom(ledger, Makers.ATown(1), new FakeTimeProvider(new DateTimeOffset(At, TimeSpan.Zero)), _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        ledger.Observe(room);
        int no = await room.OpenAsync(Makers.ARedAlert(room.Registry, new DateTimeOffset(At, TimeSpan.Zero)), Stop);
        var row = new LedgerEvent { Kind = kind, DisseminationNo = no, EndpointNo = 1, Channel = channel, Purpose = purpose, Code = code, Number = number, Attempt = 1, AtTicks = At, Body = new byte[4] };
        var refused = Assert.Throws<LedgerException>(() => room.OnCommitted(77, [row]));
        Assert.StartsWith("Ledger row 77 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    private static (int Count, int Sum) Sum(BinaryReader from)
    {
        int count = from.ReadInt32();
        return (count, Enumerable.Range(0, count).Sum(_ => from.ReadInt32()));
    }

    private static string Utf8(BinaryReader from) => Encoding.UTF8.GetString(from.ReadBytes(from.ReadInt32()));

    private static string Hex(BinaryReader from, int bytes) => Convert.ToHexString(from.ReadBytes(bytes));

    private static string[] Select(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)));
        return [.. rows];
    }
}
