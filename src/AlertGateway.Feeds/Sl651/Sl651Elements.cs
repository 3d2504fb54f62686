using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.Sl651;

/// <summary>What an element of SL 651-2014 (appendix C) measures.</summary>
/// <param name="Unit">Empty for numbers without one.</param>
internal readonly record struct Sl651Element(string Quantity, string Unit);

/// <summary>The elements that matter to a warning, by their identifier byte and by their ASCII identifier. Others keep the name <c>sl651-XX</c> and are never acted upon.</summary>
internal static class Sl651Elements
{
    private static readonly Dictionary<byte, Sl651Element> ById = new()
    {
        [0x02] = new("air-temperature", "°C"),
        [0x03] = new("water-temperature", "°C"),
        [0x09] = new(Quantities.GateOpening, "m"),
        [0x0C] = new("gates-open", ""),
        [0x1A] = new(Quantities.Rain1Hour, "mm"),
        [0x1B] = new(Quantities.Rain(120), "mm"),
        [0x1C] = new(Quantities.Rain(180), "mm"),
        [0x1D] = new(Quantities.Rain(360), "mm"),
        [0x1E] = new(Quantities.Rain(720), "mm"),
        [0x1F] = new(Quantities.RainDay, "mm"),
        [0x20] = new(Quantities.RainNow, "mm"),
        [0x21] = new(Quantities.Rain(1), "mm"),
        [0x22] = new(Quantities.Rain5Min, "mm"),
        [0x23] = new(Quantities.Rain(10), "mm"),
        [0x24] = new(Quantities.Rain(30), "mm"),
        [0x26] = new(Quantities.RainTotal, "mm"),
        [0x27] = new(Quantities.Flow, "m3/s"),
        [0x30] = new(Quantities.Outflow, "m3/s"),
        [0x37] = new("velocity", "m/s"),
        [0x38] = new(Quantities.Battery, "V"),
        [0x39] = new(Quantities.Stage, "m"),
        [0x3A] = new(Quantities.TailStage, "m"),
        [0x3B] = new(Quantities.ReservoirStage, "m"),
    };

    private static readonly Dictionary<string, byte> Ascii = new(StringComparer.Ordinal)
    {
        ["GH"] = 0x09, ["GS"] = 0x0C, ["P1"] = 0x1A, ["P2"] = 0x1B, ["P3"] = 0x1C, ["P6"] = 0x1D, ["P12"] = 0x1E, ["PD"] = 0x1F, ["PJ"] = 0x20, ["PN01"] = 0x21,
        ["PN05"] = 0x22, ["PN10"] = 0x23, ["PN30"] = 0x24, ["PT"] = 0x26, ["Q"] = 0x27, ["QA"] = 0x30, ["VJ"] = 0x37, ["VT"] = 0x38, ["Z"] = 0x39, ["ZB"] = 0x3A, ["ZU"] = 0x3B,
    };

    public static Sl651Element? Find(byte id) => ById.TryGetValue(id, out var element) ? element : null;

    public static Sl651Element? Find(string ascii) => Ascii.TryGetValue(ascii, out var id) ? ById[id] : null;
}
