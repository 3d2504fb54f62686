using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Web;
using Xunit;

namespace AlertGateway.Acceptance.Console;

/// <summary>The event stream of the live board.</summary>
public sealed class BoardStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_viewer_gets_everything_first_and_then_only_the_villages_that_changed()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        await using var viewer = await Viewer.JoinAsync(fixture, 1);
        var (kind, first) = await viewer.NextAsync();
        Assert.Equal("snapshot", kind);
        Assert.Equal(240, first.GetProperty("villages").EnumerateObject().Count());
        Assert.Equal(12, first.GetProperty("towns").EnumerateObject().Count());

        fixture.Board.Lift(1, 7, 10);
        var (second, delta) = await viewer.NextOfAsync("delta");
        Assert.Equal("delta", second);
        var village = Assert.Single(delta.GetProperty("villages").EnumerateObject());
        Assert.Equal(fixture.Board.Villages[7].Code, village.Name);
        Assert.Equal(ScriptedBoard.HouseholdsPerVillage, village.Value.EnumerateArray().Sum(n => n.GetInt32()));
        Assert.Equal("Sms", Assert.Single(delta.GetProperty("channels").EnumerateArray()).GetProperty("channel").GetString());
    }

    [Fact]
    public async Task Frames_are_numbered_without_gaps_and_the_deltas_add_up_to_the_coverage()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        await using var viewer = await Viewer.JoinAsync(fixture, 1);
        var (_, snapshot) = await viewer.NextAsync();
        long frame = snapshot.GetProperty("frame").GetInt64();
        var seen = snapshot.GetProperty("villages").EnumerateObject().ToDictionary(v => v.Name, v => Numbers(v.Value));
        for (int round = 0; round < 5; round++)
        {
            for (int village = round; village < 240; village += 17) fixture.Board.Lift(1, village, 20);
            JsonElement delta;
            do
            {
                (string kind, delta) = await viewer.NextAsync();
                Assert.Equal(++frame, delta.GetProperty("frame").GetInt64());
                if (kind != "delta") continue;
                foreach (var v in delta.GetProperty("villages").EnumerateObject()) seen[v.Name] = Numbers(v.Value);
            }
            while (!delta.TryGetProperty("sequence", out var s) || s.GetInt64() < fixture.Board.Find(1)!.Sequence);
        }

        foreach (var village in fixture.Board.Coverage(1)!.Villages) Assert.Equal(village.ByEvidence, seen[village.Code]);
    }

    [Fact]
    public async Task A_quiet_board_still_beats()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        await using var viewer = await Viewer.JoinAsync(fixture, 1);
        await viewer.NextAsync();
        Assert.Equal("beat", (await viewer.NextOfAsync("beat")).Kind);
    }

    [Fact]
    public async Task Many_viewers_share_one_computation()
    {
        var board = new CountingBoard();
        board.Inner.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        var feed = new BoardFeed(board, TimeProvider.System);
        await using var first = feed.WatchAsync(1, Stop).GetAsyncEnumerator(Stop);
        await first.MoveNextAsync();
        for (int i = 0; i < 50; i++)
        {
            var viewer = feed.WatchAsync(1, Stop).GetAsyncEnumerator(Stop);
            Assert.True(await viewer.MoveNextAsync());
            await viewer.DisposeAsync();
        }

        int before = board.Computed;
        board.Inner.Lift(1, 3, 10);
        await first.MoveNextAsync();
        Assert.InRange(before, 1, 20); // one for the first viewer and one a quarter second since; not one a viewer
        Assert.True(board.Computed > before);
    }

    [Fact]
    public void A_board_has_a_bounded_number_of_seats()
    {
        var feed = new BoardFeed(new ScriptedBoard(TimeProvider.System), TimeProvider.System);
        var seats = new List<IDisposable>();
        for (int i = 0; i < BoardFeed.ViewersMax; i++)
        {
            Assert.True(feed.TryEnter(out var seat));
            seats.Add(seat);
        }

        Assert.False(feed.TryEnter(out _));
        seats[0].Dispose();
        seats[0].Dispose(); // twice gives back one seat
        Assert.True(feed.TryEnter(out _));
        Assert.False(feed.TryEnter(out _));
    }

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(n => n.GetInt32())];

    private sealed class CountingBoard : ITrackingBoard
    {
        private int _computed;

        public ScriptedBoard Inner { get; } = new(TimeProvider.System);

        public int Computed => Volatile.Read(ref _computed);

        public IReadOnlyList<DisseminationView> Disseminations => Inner.Disseminations;

        public DisseminationView? Find(int disseminationNo) => Inner.Find(disseminationNo);

        public Coverage? Coverage(int disseminationNo)
        {
            Interlocked.Increment(ref _computed);
            return Inner.Coverage(disseminationNo);
        }

        public IReadOnlyList<UnreachedVillage> UnreachedVillages(int disseminationNo) => Inner.UnreachedVillages(disseminationNo);

        public IReadOnlyList<UnreachedHousehold> Unreached(int disseminationNo, string? villageCode, int skip, int take) => Inner.Unreached(disseminationNo, villageCode, skip, take);

        public IReadOnlyList<TimelineEntry> Timeline(int disseminationNo) => Inner.Timeline(disseminationNo);

        public Evacuation? EvacuationOf(int disseminationNo) => Inner.EvacuationOf(disseminationNo);

        public Task<bool> EvacuatedAsync(int disseminationNo, string villageCode, bool evacuated, Actor by, CancellationToken cancellationToken) =>
            Inner.EvacuatedAsync(disseminationNo, villageCode, evacuated, by, cancellationToken);

        public Task<bool> VisitAsync(int disseminationNo, int personNo, Core.Evidence level, Actor by, CancellationToken cancellationToken) =>
            Inner.VisitAsync(disseminationNo, personNo, level, by, cancellationToken);
    }

    private sealed class Viewer(HttpClient client, HttpResponseMessage answer, StreamReader reader) : IAsyncDisposable
    {
        public static async Task<Viewer> JoinAsync(ConsoleFixture fixture, int no)
        {
            var client = fixture.Client("token-wang");
            var answer = await client.GetAsync($"/v1/board/{no}/events", HttpCompletionOption.ResponseHeadersRead, Stop);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            return new Viewer(client, answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Stop)));
        }

        public async Task<(string Kind, JsonElement Data)> NextAsync()
        {
            string kind = "", data = "";
            while (await reader.ReadLineAsync(Stop) is { } line)
            {
                if (line.Length == 0) return (kind, JsonDocument.Parse(data).RootElement);
                if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
                if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            }

            throw new EndOfStreamException();
        }

        public async Task<(string Kind, JsonElement Data)> NextOfAsync(string kind)
        {
            while (true)
            {
                var next = await NextAsync();
                if (next.Kind == kind) return next;
            }
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            answer.Dispose();
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
