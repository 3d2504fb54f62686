namespace AlertGateway.Audio.SpokenText;

/// <summary>Unit signs and their spoken names.</summary>
internal static class Units
{
    /// <summary>Alternatives, longer ones first; a Latin sign must not run on into a word.</summary>
    public const string Pattern =
        "(?:μg/m[³3]|ug/m[³3]|mg/m[³3]|m[³3]/s|km/h|m/s|mm/h|mm/d|cm/h|km[²2]|cm[²2]|m[²2]|m[³3]|mmHg|hPa|kPa|MPa|Pa|km|cm|mm|ml|mL|kg|mg|μg|kW|MW|kV|MHz|kHz|Hz|dB|ha|min|nmile|h|m|s|t|g|L|V)(?![A-Za-z0-9])|°(?![CF])";

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["μg/m³"] = "微克每立方米", ["ug/m³"] = "微克每立方米", ["mg/m³"] = "毫克每立方米", ["m³/s"] = "立方米每秒",
        ["km/h"] = "公里每小时", ["m/s"] = "米每秒", ["mm/h"] = "毫米每小时", ["mm/d"] = "毫米每天", ["cm/h"] = "厘米每小时",
        ["km²"] = "平方公里", ["cm²"] = "平方厘米", ["m²"] = "平方米", ["m³"] = "立方米",
        ["mmHg"] = "毫米汞柱", ["hPa"] = "百帕", ["kPa"] = "千帕", ["MPa"] = "兆帕", ["Pa"] = "帕",
        ["km"] = "公里", ["cm"] = "厘米", ["mm"] = "毫米", ["ml"] = "毫升", ["mL"] = "毫升", ["kg"] = "公斤", ["mg"] = "毫克", ["μg"] = "微克",
        ["kW"] = "千瓦", ["MW"] = "兆瓦", ["kV"] = "千伏", ["MHz"] = "兆赫", ["kHz"] = "千赫", ["Hz"] = "赫兹", ["dB"] = "分贝",
        ["ha"] = "公顷", ["min"] = "分钟", ["nmile"] = "海里", ["h"] = "小时", ["m"] = "米", ["s"] = "秒", ["t"] = "吨", ["g"] = "克", ["L"] = "升", ["V"] = "伏", ["°"] = "度",
    };

    public static string Spoken(string sign)
    {
        if (sign.Length == 0) return "";
        var plain = sign.Replace("m3", "m³", StringComparison.Ordinal).Replace("m2", "m²", StringComparison.Ordinal);
        return Names.TryGetValue(plain, out var name) ? name : sign;
    }

    /// <summary>Whether two of it is 两 (两米, 两公里) rather than 二 (二度).</summary>
    public static bool Counts(string sign) => sign.Length > 0 && sign is not ("°" or "hPa" or "dB");
}
