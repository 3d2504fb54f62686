using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.PushJson;

/// <summary>Reads the payload of a push. Everything is bounded; what it says is never taken into a text unless it is a short name without control characters.</summary>
internal static class PushPayload
{
    private const int ObservationsMax = 1000;

    /// <summary>Null when it cannot be read; <paramref name="findings"/> then says why, and otherwise what is doubtful.</summary>
    public static PushMessage? Read(string sender, ReadOnlyMemory<byte> payload, DateTimeOffset? receivedAt, List<Finding> findings)
    {
        using var json = HydroJson.Parse(payload);
        if (json is null || json.RootElement.ValueKind != JsonValueKind.Object)
        {
            findings.Add(HydroRecords.Of(FindingCodes.PushDocument, "/payload", "The payload is no JSON object."));
            return null;
        }

        var root = json.RootElement;
        var id = HydroJson.Text(root, "id");
        var sent = HydroJson.Time(root, "sent");
        var status = HydroJson.Text(root, "status");
        var revision = HydroJson.Number(root, "revision") ?? 1;
        if (id is not { Length: > 0 and <= 80 } || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-') || sent is null || status is not ("Actual" or "Exercise" or "Test") || revision is not (>= 1 and <= 1_000_000) || revision % 1 != 0)
        {
            findings.Add(HydroRecords.Of(FindingCodes.PushDocument, "/payload", "id, sent, status or revision is missing or cannot be read."));
            return null;
        }

        var hazardText = HydroJson.Text(root, "hazard");
        var hazard = Hazard(hazardText);
        if (hazardText is not null && hazard is null) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/hazard", "The hazard is not known."));
        var colour = HydroJson.Text(root, "colour");
        if (colour is not (null or "red" or "orange" or "yellow" or "blue")) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/colour", "The colour is not known."));
        var actionText = HydroJson.Text(root, "action");
        PushAction? action = actionText switch { "shelter" => PushAction.Shelter, "upwind" => PushAction.Upwind, _ => null };
        if (HydroJson.Member(root, "action") is not null && action is null) findings.Add(HydroRecords.Of(FindingCodes.PushAction, "/payload/action", "The action is neither shelter nor upwind."));
        var areas = HydroJson.Items(root, "areas").Select(a => a.ValueKind == JsonValueKind.String ? HydroJson.Words(a) : null).Take(51).ToList();
        if (areas.Count > 50 || areas.Any(a => a is not { Length: >= 6 and <= 12 } || !a.All(char.IsAsciiDigit))) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/areas", "Areas are at most 50 division codes."));
        var (lat, lon, radius) = (HydroJson.Number(root, "lat"), HydroJson.Number(root, "lon"), HydroJson.Number(root, "radiusMetres"));
        var placed = lat is >= -90 and <= 90 && lon is >= -180 and <= 180;
        if ((lat ?? lon) is not null && (!placed || radius is not (null or (>= 0 and <= 50_000)))) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload/lat", "The place or its radius is out of range."));
        var cancel = HydroJson.Member(root, "cancel") is { ValueKind: JsonValueKind.True };
        if (hazard is not null && !cancel && !placed && areas.Count == 0) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload", "The report names neither a place nor areas."));
        var observations = Observations(root, status, receivedAt, findings);
        if (hazardText is null && observations.Count == 0) findings.Add(HydroRecords.Of(FindingCodes.PushHazard, "/payload", "The report has neither a hazard nor a measurement."));
        return new PushMessage
        {
            Sender = sender,
            Id = id,
            Revision = (int)revision,
            Sent = sent.Value,
            Status = status,
            Cancel = cancel,
            Hazard = hazard,
            Colour = colour is "red" or "orange" or "yellow" or "blue" ? colour : null,
            Lat = placed ? lat : null,
            Lon = placed ? lon : null,
            RadiusMetres = radius is >= 0 and <= 50_000 ? radius : null,
            Areas = [.. areas.OfType<string>().Take(50)],
            Action = action,
            Place = Name(root, "place", findings),
            Substance = Name(root, "substance", findings),
            WindFromDegrees = HydroJson.Number(root, "windFromDegrees") is { } wind and >= 0 and <= 360 ? wind : null,
            Discharge = HydroJson.Number(root, "discharge") is { } flow and >= 0 and <= 100_000 ? flow : null,
            Starts = HydroJson.Time(root, "starts"),
            Observations = observations,
        };
    }

    public static PushHazard? Hazard(string? word) => word switch
    {
        "hazmat-leak" => PushHazard.HazmatLeak,
        "gas-leak" => PushHazard.GasLeak,
        "geological" => PushHazard.Geological,
        "forest-fire" => PushHazard.ForestFire,
        "gate-opening" => PushHazard.GateOpening,
        _ => null,
    };

    private static IReadOnlyList<FeedRecord> Observations(JsonElement root, string status, DateTimeOffset? receivedAt, List<Finding> findings)
    {
        var into = new HydroRecords(PushDecoder.Kind, receivedAt);
        var i = 0;
        foreach (var one in HydroJson.Items(root, "observations"))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/payload/observations[{i++}]");
            if (i > ObservationsMax)
            {
                into.Add(FindingCodes.HydroTruncated, path, $"More than {ObservationsMax} measurements.");
                break;
            }

            var station = HydroJson.Text(one, "station");
            var quantity = HydroJson.Text(one, "quantity");
            if (station is null || !PushEnvelope.IsName(station) || quantity is null || !PushEnvelope.IsName(quantity))
            {
                into.Add(FindingCodes.HydroRecord, path, "A measurement has no station or quantity.");
                continue;
            }

            into.Add(station, quantity, HydroJson.Time(one, "time"), HydroJson.Number(one, "value"), HydroJson.Text(one, "unit") is { Length: <= 20 } unit ? unit : "", path);
        }

        var done = into.Done();
        findings.AddRange(done.Findings);
        return status == "Actual" ? done.Records : [.. done.Records.Select(r => r with { Status = status })];
    }

    private static string? Name(JsonElement root, string member, List<Finding> findings)
    {
        if (HydroJson.Text(root, member) is not { } text) return null;
        if (text.Length is > 0 and <= 60 && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '<' or '>' or '&' or '{' or '}')) return text.Trim();
        findings.Add(HydroRecords.Of(FindingCodes.PushDocument, "/payload/" + member, "A name is longer than 60 characters, or has characters that no name has."));
        return null;
    }
}
