using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Makes the record of an earthquake out of what a source says, and takes out what cannot be.</summary>
internal static class QuakeRecord
{
    private const double MagnitudeMin = -5; // Local networks report quakes far below zero.
    private const double MagnitudeMax = 10;
    private const double DepthKmMin = -10; // Mountains lie above the datum.
    private const double DepthKmMax = 800;

    public static FeedRecord Make(
        string kind, string id, string? revision, DateTimeOffset? time, double? lat, double? lon, double? depthKm, double? magnitude, string status, bool cancel, string path, FindingList findings)
    {
        if (lat is { } y && lon is { } x)
        {
            if (y is < -90 or > 90 || x is < -360 or > 360)
            {
                findings.Add(FindingCodes.CoordinateRange, path, "Latitude or longitude is not on the Earth.");
                lat = lon = null;
            }
            else if (x is < -180 or > 180)
            {
                findings.Add(FindingCodes.CoordinatePastAntimeridian, path, "The longitude is written past ±180.");
                lon = x > 180 ? x - 360 : x + 360;
            }
        }
        else
        {
            lat = lon = null;
            if (!cancel) findings.Add(FindingCodes.LocationMissing, path, "There is no epicentre.");
        }

        if (magnitude is < MagnitudeMin or > MagnitudeMax)
        {
            findings.Add(FindingCodes.ValueImplausible, path, "The magnitude cannot be true.");
            magnitude = null;
        }
        else if (magnitude is null && !cancel) findings.Add(FindingCodes.ValueMissing, path, "There is no magnitude.");

        if (depthKm is < DepthKmMin or > DepthKmMax)
        {
            findings.Add(FindingCodes.ValueImplausible, path, "The depth cannot be true.");
            depthKm = null;
        }

        return new FeedRecord
        {
            Kind = kind,
            Type = FeedRecordType.Event,
            Id = id,
            Revision = revision,
            EventTime = time,
            Lat = lat,
            Lon = lon,
            DepthKm = depthKm,
            Value = magnitude,
            Unit = "M",
            Status = status,
            Cancel = cancel,
            Findings = findings.Items,
        };
    }
}
