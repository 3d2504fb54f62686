using AlertGateway.Cap;

namespace AlertGateway.Core.Seismic;

/// <summary>
/// What is known about recent earthquakes, and what follows from the next report. Pure but for its own memory: no clock, no randomness; the same reports at the same times give the same answers.
/// Within one source and event the report number only grows: an older report that comes late changes nothing, and nothing comes back after a cancel of the same or a higher number. Not thread-safe.
/// </summary>
public sealed class QuakeBook(IReadOnlyList<QuakePlace> places, QuakeOptions options)
{
    private const int EventsMax = 1_000;
    private const long NoNumber = -1; // below every report's
    private readonly Dictionary<(string Source, string EventId), Known> _known = [];
    private readonly Queue<(string Source, string EventId)> _inOrder = new();

    /// <param name="Asked">What a person was asked last about this event; empty for nothing.</param>
    private sealed record Known(QuakeReport Last, long Number, bool Cancelled, QuakeReport? Announced, double AnnouncedWorst, string Asked)
    {
        /// <summary>What was known before the last report; null for nothing.</summary>
        public Known? Before { get; init; }
    }

    /// <summary>Takes a report in and says what follows.</summary>
    public QuakeDecision Take(QuakeReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.EventId.Length == 0) return QuakeDecision.Nothing(report, "no-identity");
        var key = (report.Source.Name, report.EventId);
        var known = _known.GetValueOrDefault(key);
        var number = report.Number ?? (known?.Number ?? 0) + 1;
        if (known is not null && number <= known.Number && !(report.Cancel && !known.Cancelled && number == known.Number)) return QuakeDecision.Nothing(report, "not-newer");

        var before = known is null ? null : known with { Before = null };
        if (report.Cancel)
        {
            // The tombstone stays, also for what has not come yet.
            Remember(key, new Known(report, number, true, null, 0, "") { Before = before });
            return known is null or { Announced: null, Asked: "" }
                ? QuakeDecision.Nothing(report, "cancelled-unannounced")
                : Decision(QuakeAct.Cancel, "cancelled", [], (known.Announced ?? known.Last).Status, false, [], known.Announced is { } taken ? Shake(taken) : [], WarningColour.None);
        }

        var doubts = QuakeEnvelope.Doubts(report, known is { Cancelled: false } ? known.Last : null, now, options);
        var others = Corroborating(report);
        // A cancelled event that is reported anew with a higher number is a new announcement.
        var standing = known is { Cancelled: false } ? known : null;
        var announced = standing?.Announced;
        var next = new Known(report, number, false, announced, standing?.AnnouncedWorst ?? 0, standing?.Asked ?? "") { Before = before };
        Remember(key, next);

        // What was announced is put right by a person, whatever is known of the earthquake now; once for each reason.
        QuakeDecision Ask(string reason)
        {
            if (next.Asked == reason) return QuakeDecision.Nothing(report, reason, doubts);
            Remember(key, next with { Asked = reason });
            return Decision(QuakeAct.Draft, reason, doubts, report.Status, announced is not null, others, announced is null ? [] : Shake(announced), WarningColour.None) with { Asks = true };
        }

        var old = report.Origin is { } origin && now - origin > options.AgeMax;
        if (old && announced is null) return QuakeDecision.Nothing(report, "too-old", doubts);
        if (doubts.Contains("place-missing") || doubts.Contains("magnitude-missing") || doubts.Contains("origin-missing"))
            return report.Status != AlertStatus.Actual || (announced is null && IsFar(report, doubts, now)) ? QuakeDecision.Nothing(report, "incomplete", doubts) : Ask(QuakeDecision.Incomplete);
        if (report.Magnitude < options.MagnitudeMin && announced is null) return QuakeDecision.Nothing(report, "too-small", doubts);

        var shaking = Shake(report);
        if (report.Magnitude < options.MagnitudeMin || shaking.Count == 0)
            return announced is null ? QuakeDecision.Nothing(report, "not-felt-here", doubts) : Ask(QuakeDecision.NoLongerFelt);

        var worst = shaking.Max(s => s.Intensity);
        if (announced is not null && next.Asked != QuakeDecision.NoLongerFelt && !SaysMore(announced, next.AnnouncedWorst, report, worst)) return QuakeDecision.Nothing(report, "nothing-new", doubts);

        Remember(key, next with { Announced = report, AnnouncedWorst = worst, Asked = "" });
        var mayRelease = report.Source.Official && report.Source.PersonId == 0 && report.Status == AlertStatus.Actual && doubts.Count == 0 && !old;
        var reason = mayRelease ? "official" : report.Status != AlertStatus.Actual ? "exercise" : doubts.Count > 0 ? "doubtful" : old ? "too-old" : "not-official";
        return Decision(mayRelease ? QuakeAct.Release : QuakeAct.Draft, reason, doubts, report.Status, announced is not null, others, shaking, ColourOf(worst));
    }

    /// <summary>What followed from the newest report of its event did not become durable: the same report is judged anew.</summary>
    public void TakeBack(QuakeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var key = (report.Source.Name, report.EventId);
        if (_known.GetValueOrDefault(key) is not { } known || !ReferenceEquals(known.Last, report)) return;
        _known[key] = known.Before ?? new Known(report, NoNumber, false, null, 0, "");
    }

    private QuakeDecision Decision(QuakeAct act, string reason, IReadOnlyList<string> doubts, AlertStatus status, bool again, IReadOnlyList<string> others, List<PlaceShaking> shaking, WarningColour colour) =>
        new(act, reason, doubts, status, again, others, shaking, colour) { Whole = WholeCounty(shaking), Worst = shaking.Select(s => s.Intensity).DefaultIfEmpty().Max() };

    // Where only the magnitude or the time is missing: not even the greatest earthquake that is believed would be felt here.
    private bool IsFar(QuakeReport report, IReadOnlyList<string> doubts, DateTimeOffset now) =>
        !doubts.Contains("place-missing") && Shake(report with { Magnitude = doubts.Contains("magnitude-missing") ? options.MagnitudeMax : report.Magnitude, Origin = report.Origin ?? now }).Count == 0;

    // A code of six digits stands for the county when every place of ours begins with it.
    private string WholeCounty(List<PlaceShaking> shaking) =>
        shaking.Count == places.Count && places[0].Code.Length > 6 && places.All(p => p.Code.AsSpan(0, 6).SequenceEqual(places[0].Code.AsSpan(0, 6))) ? places[0].Code[..6] : "";

    /// <summary>Remembers a report that was announced, or taken back, before this start; nothing follows from it.</summary>
    /// <param name="asked">What a person was asked about it; empty where it was announced.</param>
    public void Restore(QuakeReport report, string asked = "")
    {
        ArgumentNullException.ThrowIfNull(report);
        var key = (report.Source.Name, report.EventId);
        var known = _known.GetValueOrDefault(key);
        var number = report.Number ?? (known?.Number ?? 0) + 1;
        Remember(key, report.Cancel ? new Known(report, number, true, null, 0, "")
            : asked.Length > 0 ? new Known(report, number, false, known?.Announced, known?.AnnouncedWorst ?? 0, asked)
            : new Known(report, number, false, report, Shake(report).Select(s => s.Intensity).DefaultIfEmpty().Max(), ""));
    }

    /// <summary>What follows from a report that was announced already; null where it is felt nowhere here.</summary>
    public QuakeDecision? Standing(QuakeReport report)
    {
        var shaking = Shake(report);
        return shaking.Count == 0 ? null : Decision(QuakeAct.Release, "official", [], report.Status, true, Corroborating(report), shaking, ColourOf(shaking.Max(s => s.Intensity)));
    }

    /// <summary>Arrival and intensity at every place, warned or not, in the order of the places.</summary>
    public IReadOnlyList<PlaceShaking> Everywhere(QuakeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report is not { Lat: { } lat, Lon: { } lon, Origin: { } origin, Magnitude: { } magnitude }) return [];
        var all = new List<PlaceShaking>(places.Count);
        foreach (var place in places)
        {
            var distance = SeismicWaves.EpicentralKm(lat, lon, place.Lat, place.Lon);
            all.Add(new PlaceShaking(place, distance, Math.Max(options.Attenuation.IntensityAt(magnitude, distance), options.AttenuationAcross.IntensityAt(magnitude, distance)), origin + SeismicWaves.STravel(SeismicWaves.HypocentralKm(distance, report.DepthKm))));
        }

        return all;
    }

    private List<PlaceShaking> Shake(QuakeReport report) =>
        [.. Everywhere(report).Where(s => s.Intensity >= options.WarnIntensity).OrderBy(s => s.SArrival).ThenBy(s => s.Place.Code, StringComparer.Ordinal)];

    private bool SaysMore(QuakeReport announced, double announcedWorst, QuakeReport report, double worst)
    {
        if (ColourOf(worst) > ColourOf(announcedWorst) || report.Magnitude - announced.Magnitude >= options.AgainMagnitude - 1e-9) return true;
        if (SeismicWaves.EpicentralKm(announced.Lat!.Value, announced.Lon!.Value, report.Lat!.Value, report.Lon!.Value) > options.AgainMoveKm) return true;
        var (before, after) = (Everywhere(announced), Everywhere(report));
        for (var i = 0; i < after.Count; i++)
        {
            if ((after[i].SArrival - before[i].SArrival).Duration() > options.AgainShift) return true;
        }

        return false;
    }

    private List<string> Corroborating(QuakeReport report) =>
        [.. _known.Where(k => k.Key.Source != report.Source.Name && !k.Value.Cancelled && k.Value.Last.Status == report.Status && QuakeEnvelope.SameEarthquake(k.Value.Last, report, options)).Select(k => k.Key.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private WarningColour ColourOf(double intensity) =>
        intensity >= options.RedIntensity ? WarningColour.Red
        : intensity >= options.OrangeIntensity ? WarningColour.Orange
        : intensity >= options.YellowIntensity ? WarningColour.Yellow
        : WarningColour.Blue;

    private void Remember((string Source, string EventId) key, Known known)
    {
        if (!_known.ContainsKey(key))
        {
            _inOrder.Enqueue(key);
            if (_inOrder.Count > EventsMax) _known.Remove(_inOrder.Dequeue());
        }

        _known[key] = known;
    }
}
