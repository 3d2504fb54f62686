namespace AlertGateway.Audio;

/// <summary>Originator and event codes of 47 CFR 11.31(d) and (e) and of NWS Instruction 10-1712. A decoder takes others too: codes are added now and then.</summary>
public static class SameCodes
{
    public static IReadOnlyList<string> Originators { get; } = ["EAS", "CIV", "WXR", "PEP"];

    public static IReadOnlyList<string> Events { get; } =
    [
        "EAN", "NPT", "NIC", "RMT", "RWT",
        "TOR", "TOA", "SVR", "SVA", "FFW", "FFA", "FFS", "FLW", "FLA", "FLS", "HUW", "HUA", "HLS", "TRW", "TRA", "TSW", "TSA", "WSW", "WSA", "BZW", "EWW", "HWW", "HWA",
        "DSW", "SMW", "SQW", "CFW", "CFA", "SSW", "SSA", "SVS", "SPS",
        "CAE", "CDW", "CEM", "EQW", "EVI", "FRW", "HMW", "LAE", "LEW", "NUW", "RHW", "SPW", "TOE", "VOW", "AVW", "AVA", "ADR", "DMO", "MEP", "BLU",
    ];

    /// <summary>
    /// The location code written for a Chinese division: part 0 and the first five of its six digits (GB/T 2260 has six, SAME five).
    /// The full code stands in the segment map.
    /// </summary>
    public static string LocationOf(string divisionCode)
    {
        ArgumentNullException.ThrowIfNull(divisionCode);
        return divisionCode.Length >= 6 && divisionCode.All(char.IsAsciiDigit) ? "0" + divisionCode[..5] : throw new FormatException("A division code has at least six digits.");
    }
}
