using System.Globalization;
using AlertGateway.Emulators.Feed;
using AlertGateway.Emulators.Hosting;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.Sl651;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>A station that calls over SL 651, through noise, cut lines and doubled frames, and sends each report until it is acknowledged.</summary>
internal sealed class StationUpstream : Upstream
{
    private const string Address = "0012345678";
    private readonly Sl651Server _centre;
    private readonly FeedPulse _pulse;
    private readonly Sl651Station _station;
    private readonly Journal _journal = new(null);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private readonly List<double> _stages;

    public StationUpstream(int reports, TimeProvider world)
        : base(Sl651Decoder.Kind, FeedTimeline.Parse(["cycle 120", "58 clock 3600", "84 clock -7200", "109 clock 3600"]), world)
    {
        _pulse = new FeedPulse("sl651", Sl651Decoder.Kind, true, TimeSpan.FromMinutes(1), TimeSpan.Zero, Clock);
        _centre = new Sl651Server(new Sl651Options { Enabled = true, Port = 0 }, s => s == Address, decoded =>
        {
            // A frame that comes twice says the same twice; the store of measurements keeps each once.
            foreach (var record in decoded.Records.Where(r => r.Id.EndsWith("/stage", StringComparison.Ordinal)))
            {
                var name = record.Value!.Value.ToString("0.000", CultureInfo.InvariantCulture);
                lock (_kept)
                {
                    if (_kept.Add(name)) Receive(name);
                }
            }
        }, _pulse, Clock, NullLogger<Sl651Server>.Instance);
        _centre.Start();
        _station = new Sl651Station(Address, _centre.Port, _journal, new StationFaults { Cut = 0.2, Twice = 0.2, Noise = 0.2 }, seed: 7);
        _stages = [.. Enumerable.Range(1, reports).Select(n => 1 + (n / 1000.0))];
        foreach (var stage in _stages) Publish(stage.ToString("0.000", CultureInfo.InvariantCulture));
    }

    public override int Faults => 0;

    public FeedVital Vital => _pulse.Vital;

    /// <summary>No station is being served, so that a wait of its own is all that is left.</summary>
    public bool Idle => _centre.Connections == 0;

    public override Task RunAsync(CancellationToken cancellationToken) => _centre.RunAsync(cancellationToken);

    public Task ReportAsync(CancellationToken cancellationToken) => _station.RunAsync(_stages, TimeSpan.FromSeconds(3), World, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _centre.Dispose();
        await _journal.DisposeAsync();
    }

    protected override Task PlayAsync(TimelineStep step) => Task.CompletedTask;
}
