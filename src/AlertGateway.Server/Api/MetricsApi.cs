using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using AlertGateway.Server.Composition;

namespace AlertGateway.Server.Api;

/// <summary>
/// The gateway's instruments (meter <c>AlertGateway.Feeds</c>) and <c>GET /metrics</c>, which writes them in the Prometheus text form (version 0.0.4). It takes a bearer token like every
/// other route: a scraper is a person of the role its operator gives it.
/// </summary>
internal sealed class FeedMetrics : IDisposable
{
    public const string MeterName = "AlertGateway.Feeds";

    private readonly Meter _meter = new(MeterName);

    public FeedMetrics(FeedVitals vitals)
    {
        Measurement<double> Of(double value, string feed) => new(value, new KeyValuePair<string, object?>("feed", feed));
        Measurement<double> OfRule(double value, string rule) => new(value, new KeyValuePair<string, object?>("rule", rule));
        _meter.CreateObservableGauge("agw_feed_age_seconds", () => vitals.Feeds().Select(f => Of(f.Age(vitals.Now).TotalSeconds, f.Name)), "s", "Seconds since the feed last answered with something good, or since start.");
        _meter.CreateObservableGauge("agw_feed_data_age_seconds", () => vitals.Feeds().Where(f => f.NewestEvent is not null).Select(f => Of((vitals.Now - f.NewestEvent!.Value).TotalSeconds, f.Name)), "s", "Age of the newest record.");
        _meter.CreateObservableGauge("agw_feed_stale", () => vitals.Feeds().Select(f => Of(f.IsStale(vitals.Now) ? 1 : 0, f.Name)), null, "1 when nothing good came for two intervals.");
        _meter.CreateObservableGauge("agw_feed_canary_dead", () => vitals.Feeds().Select(f => Of(f.IsCanaryDead(vitals.Now) ? 1 : 0, f.Name)), null, "1 when the feed answers and has brought no record for too long.");
        _meter.CreateObservableCounter("agw_feed_documents_total", () => vitals.Feeds().Select(f => Of(f.Documents, f.Name)), null, "Documents read.");
        _meter.CreateObservableCounter("agw_feed_records_total", () => vitals.Feeds().Select(f => Of(f.Records, f.Name)), null, "Records taken.");
        _meter.CreateObservableCounter("agw_feed_failures_total", () => vitals.Feeds().Select(f => Of(f.Failures, f.Name)), null, "Polls and documents that failed.");
        _meter.CreateObservableCounter("agw_feed_refused_total", () => vitals.Feeds().Select(f => Of(f.Refused, f.Name)), null, "Documents and connections that were refused.");
        _meter.CreateObservableCounter("agw_feed_gaps_total", () => vitals.Feeds().Select(f => Of(f.Gaps, f.Name)), null, "Silences longer than two intervals.");
        _meter.CreateObservableGauge("agw_rule_colour", () => vitals.Rules().Select(r => OfRule((double)r.Colour, r.Rule.Id)), null, "Standing colour of a threshold rule: 0 none, 1 blue, 2 yellow, 3 orange, 4 red.");
        _meter.CreateObservableGauge("agw_rule_stale", () => vitals.Rules().Select(r => OfRule(r.Stale ? 1 : 0, r.Rule.Id)), null, "1 when the rule's station was silent for two intervals.");
        _meter.CreateObservableGauge("agw_red_unpublished", () => (double)vitals.RedUnpublished().Count, null, "Red warnings of others for this place that wait for their release too long.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>All instruments of the meter, read now.</summary>
    public static string Text()
    {
        var families = new SortedDictionary<string, (Instrument Instrument, List<string> Lines)>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == MeterName) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (!families.TryGetValue(instrument.Name, out var family)) families[instrument.Name] = family = (instrument, []);
            var labels = new StringBuilder();
            foreach (var (name, tag) in tags) labels.Append(labels.Length == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escaped(tag?.ToString() ?? "")).Append('"');
            if (labels.Length > 0) labels.Append('}');
            family.Lines.Add(string.Create(CultureInfo.InvariantCulture, $"{instrument.Name}{labels} {value}"));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (name, (instrument, lines)) in families)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(instrument.Description).Append('\n');
            text.Append("# TYPE ").Append(name).Append(instrument is ObservableCounter<double> ? " counter\n" : " gauge\n");
            foreach (var line in lines) text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", static (FeedMetrics _) => Results.Text(Text(), "text/plain; version=0.0.4; charset=utf-8")).RequireAuthorization();

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
