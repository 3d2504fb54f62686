using System.Globalization;
using System.Text;
using AlertGateway.Core.Drafts;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Thresholds;
using AlertGateway.Emulators.Feed;
using AlertGateway.Emulators.Hosting;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.PushJson;
using AlertGateway.Storage.Observations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>
/// A monitoring system that pushes over HTTP, through broken lines, lost answers, doubled and forged reports, to a reader whose clock steps: what it measured is what the store of measurements holds.
/// </summary>
internal sealed class PushUpstream : Upstream
{
    private const string Station = "0012345678", Sender = "water-works";
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private readonly string _folder;
    private readonly ObservationStore _store;
    private readonly ObservationRoom _room;
    private readonly PushIntake _intake;
    private readonly WebApplication _host;
    private readonly Journal _journal = new(null);
    private readonly List<double> _values;
    private PushSystem? _system;

    public PushUpstream(int reports, TimeProvider world)
        : base(PushDecoder.Kind, FeedTimeline.Parse(["cycle 120", "58 clock 3600", "84 clock -7200", "109 clock 3600"]), world)
    {
        _folder = Directory.CreateTempSubdirectory("agw-push-chaos-").FullName;
        var file = Path.Combine(_folder, "key");
        File.WriteAllText(file, Convert.ToBase64String(Key));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _store = ObservationStore.Open(Path.Combine(_folder, "observations.db"));
        var wording = DraftWording.Parse(File.ReadAllBytes(Path.Combine(ChaosScripts.Root, "config", "templates", "drafts.json")));
        _room = new ObservationRoom(_store, [], new DraftComposer(wording, DangerZones.None), Clock);
        var senders = PushSenders.Parse(Encoding.UTF8.GetBytes($$"""[{ "name": "{{Sender}}", "alg": "hmac-sha256", "keyFile": "key", "stations": ["{{Station}}"] }]"""), _folder);
        _intake = new PushIntake(senders, _room, new FeedPulse("push", PushDecoder.Kind, true, TimeSpan.FromMinutes(1), TimeSpan.Zero, Clock), Clock);
        _values = [.. Enumerable.Range(1, reports).Select(n => 1 + (n / 1000.0))];
        foreach (var value in _values) Publish(Name(value));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _host = builder.Build();
        _host.MapPost("/push/observations", TakeAsync);
    }

    /// <summary>Pushes that came under another's signature, or that no one can read.</summary>
    public int Unauthenticated { get; private set; }

    public int Duplicates { get; private set; }

    public int Refusals => _system!.Refusals;

    public override int Faults => _system!.Faults;

    /// <summary>No request is under way, so that a wait of the system's own is all that is left.</summary>
    public bool Idle => _system is { IsSending: false };

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        await _host.StartAsync(cancellationToken);
        _system = new PushSystem(Sender, Key, new Uri(_host.Urls.Single() + "/push/observations"), _journal, new PushFaults { Cut = 0.2, Lost = 0.2, Twice = 0.2, Noise = 0.2 }, seed: 11);
    }

    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        await _system!.RunAsync(Station, "stage", "m", _values, TimeSpan.FromSeconds(2), World, cancellationToken);
        // What is on disk counts, not what was answered.
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "observations.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM observation";
        using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) Receive(Name(rows.GetDouble(0)));
    }

    public override async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _system?.Dispose();
        _room.Dispose();
        _store.Dispose();
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task PlayAsync(TimelineStep step) => Task.CompletedTask;

    private static string Name(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var outcome = _intake.Take(body.ToArray());
        if (outcome.Fate == PushFate.Unauthenticated) Unauthenticated++;
        if (outcome.Fate == PushFate.Duplicate) Duplicates++;
        context.Response.StatusCode = outcome.Fate switch { PushFate.Taken or PushFate.Duplicate => 202, PushFate.Unauthenticated => 401, PushFate.Replayed => 409, _ => 422 };
    }
}
