using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.UsgsIv;

/// <summary>Parameter codes and remarks of the USGS.</summary>
internal static class UsgsCodes
{
    /// <summary>The sentinel for "no value" where the document names none.</summary>
    private const double NoValue = -999_999;

    /// <summary>Ice, equipment, backwater, maintenance, seasonal, estimated… (P provisional and A approved are the normal case).</summary>
    private static readonly HashSet<string> Doubtful = new(StringComparer.OrdinalIgnoreCase) { "Ice", "Eqp", "Bkw", "Mnt", "Ssn", "Rat", "Dis", "Fld", "Pmp", "Tst", "ZFl", "e", "E", "ESTIMATED", "***", "--" };

    public static string Quantity(string code) => code switch
    {
        "00060" => Quantities.Flow,
        "00065" => Quantities.Stage,
        "00062" or "62614" or "62615" => Quantities.ReservoirStage,
        "00045" => "rain-period",
        "00010" => "water-temperature",
        _ => "usgs-" + code,
    };

    public static void Add(HydroRecords into, string site, string quantity, DateTimeOffset? time, string? text, string? unit, double? none, IReadOnlyList<string> qualifiers, string path, double? lat, double? lon)
    {
        List<Finding>? findings = null;
        if (qualifiers.Any(Doubtful.Contains)) findings = [HydroRecords.Of(FindingCodes.HydroDoubtful, path, $"The source remarks {string.Join(' ', qualifiers.Take(5))}.")];
        double? value = null;
        if (string.IsNullOrWhiteSpace(text)) (findings ??= []).Add(HydroRecords.Of(FindingCodes.HydroMissing, path, "There is no value."));
        else if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) (findings ??= []).Add(HydroRecords.Of(FindingCodes.HydroValue, path, "A value is no number."));
        else if (number == NoValue || number == none) (findings ??= []).Add(HydroRecords.Of(FindingCodes.HydroMissing, path, "The source marks the value as missing."));
        else value = number;
        into.Add(site, quantity, time, value, unit ?? Unit(quantity), path, qualifiers.Count == 0 ? null : string.Join(' ', qualifiers.Take(5)), lat, lon, findings);
    }

    private static string Unit(string quantity) => quantity.Split('@')[0] switch
    {
        Quantities.Flow => "ft3/s",
        Quantities.Stage => "ft",
        _ => "",
    };
}
