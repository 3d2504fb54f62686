using System.Net.Sockets;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.Sl651;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Feeds.Hydrology;

public sealed class Sl651ServerTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8)));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_answer_to_a_published_frame_is_the_published_answer()
    {
        // Function 30, answered in the same second: 7E7E 0012345678 01 1234 30 8008 02 0003 591011154947 1B, checksum 75D4.
        var reader = new Sl651FrameReader();
        reader.Append(Sl651Frames.Bytes(Sl651Frames.Test));
        Assert.True(reader.TryRead(out var item));
        Assert.Equal("7E7E00123456780112343080080200035910111549471B75D4", Convert.ToHexString(Sl651Reply.Confirm(item.Frame!, new DateTimeOffset(2059, 10, 11, 15, 49, 47, TimeSpan.FromHours(8)))));
    }

    [Fact]
    public async Task A_report_is_answered_only_after_it_is_kept()
    {
        var kept = new List<FeedDecode>();
        var failing = true;
        using var server = Server(d =>
        {
            if (failing) throw new IOException("The disk is full.");
            kept.Add(d);
        });
        var running = server.RunAsync(Stop);
        byte[] report = Sl651Frames.Report("0012345678", "392300004520", Clock.GetUtcNow());
        using (var refused = await CallAsync(server))
        {
            await refused.GetStream().WriteAsync(report, Stop);
            Assert.Equal(0, await refused.GetStream().ReadAsync(new byte[64], Stop)); // closed without a word: the station sends again
        }

        failing = false;
        using var client = await CallAsync(server);
        await client.GetStream().WriteAsync(report, Stop);
        var answer = new byte[25];
        await client.GetStream().ReadExactlyAsync(answer, Stop);
        Assert.Equal(4.52, Assert.Single(kept).Records[0].Value);
        Assert.Equal("001234567801", Convert.ToHexString(answer.AsSpan(2, 6)));
        Assert.Equal((0x1B, Sl651Crc.Of(answer.AsSpan(0, 23))), (answer[22], (ushort)((answer[23] << 8) | answer[24])));
        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task A_report_that_a_full_disk_refuses_is_not_answered_and_ends_nothing()
    {
        var full = true;
        using var server = Server(_ =>
        {
            if (full) throw new AlertGateway.Storage.Ledger.LedgerFullException("The disk is full.");
        });
        var running = server.RunAsync(Stop);
        byte[] report = Sl651Frames.Report("0012345678", "392300004520", Clock.GetUtcNow());
        using (var refused = await CallAsync(server))
        {
            await refused.GetStream().WriteAsync(report, Stop);
            Assert.Equal(0, await refused.GetStream().ReadAsync(new byte[64], Stop)); // closed without a word: the station sends again
        }

        Assert.False(running.IsCompleted);
        full = false;
        using var client = await CallAsync(server);
        await client.GetStream().WriteAsync(report, Stop);
        await client.GetStream().ReadExactlyAsync(new byte[25], Stop);
    }

    [Fact]
    public async Task An_unknown_station_is_refused_and_others_are_served()
    {
        using var server = Server(_ => { });
        _ = server.RunAsync(Stop);
        using var stranger = await CallAsync(server);
        await stranger.GetStream().WriteAsync(Sl651Frames.Report("0099999999", "392300004520", Clock.GetUtcNow()), Stop);
        Assert.Equal(0, await stranger.GetStream().ReadAsync(new byte[64], Stop));
        using var known = await CallAsync(server);
        byte[] report = Sl651Frames.Report("0012345678", "392300004520", Clock.GetUtcNow());
        foreach (byte b in report) await known.GetStream().WriteAsync(new[] { b }, Stop); // a byte at a time
        await known.GetStream().ReadExactlyAsync(new byte[25], Stop);
    }

    [Fact]
    public async Task A_keep_alive_has_no_answer_and_the_next_report_has_one()
    {
        using var server = Server(_ => { });
        _ = server.RunAsync(Stop);
        using var client = await CallAsync(server);
        await client.GetStream().WriteAsync(Sl651Frames.Bytes(Sl651Frames.Link), Stop);
        await client.GetStream().WriteAsync(Sl651Frames.Report("0012345678", "392300004520", Clock.GetUtcNow(), 0x33, 7), Stop);
        var answer = new byte[25];
        await client.GetStream().ReadExactlyAsync(answer, Stop);
        Assert.Equal((0x33, 7), (answer[10], answer[15]));
    }

    [Fact]
    public async Task A_flood_of_garbage_ends_only_its_own_connection()
    {
        using var server = Server(_ => { });
        _ = server.RunAsync(Stop);
        using var noise = await CallAsync(server);
        using var client = await CallAsync(server);
        await noise.GetStream().WriteAsync(new byte[20_000], Stop);
        Assert.Equal(0, await ReadOrZeroAsync(noise));
        await client.GetStream().WriteAsync(Sl651Frames.Report("0012345678", "392300004520", Clock.GetUtcNow()), Stop);
        await client.GetStream().ReadExactlyAsync(new byte[25], Stop);
    }

    private static async Task<int> ReadOrZeroAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[64], Stop);
        }
        catch (IOException)
        {
            return 0; // reset instead of closed: unread bytes were left
        }
    }

    private static Sl651Server Server(Action<FeedDecode> take)
    {
        var server = new Sl651Server(new Sl651Options { Enabled = true, Port = 0 }, s => s == "0012345678", take, new FeedPulse("sl651", "sl651", true, TimeSpan.FromHours(1), TimeSpan.Zero, Clock), Clock, NullLogger<Sl651Server>.Instance);
        server.Start();
        return server;
    }

    private static async Task<TcpClient> CallAsync(Sl651Server server)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, Stop);
        return client;
    }
}
