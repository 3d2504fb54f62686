using System.Text.RegularExpressions;

namespace AlertGateway.Audio.SpokenText;

/// <summary>The written forms of Chinese warnings, the more specific before the more general.</summary>
internal static partial class ChineseRules
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    /// <summary>Words that count: before them two is 两, and 110 or 120 is a quantity, not a telephone number.</summary>
    private const string MeasureWords =
        "个|人|名|位|户|家|次|天|小时|分钟|秒钟|年(?!级)|周|星期|倍|成|米|公里|千米|毫米|厘米|分米|海里|吨|公斤|千克|斤|克|亩|公顷|平方|立方|升|元|块|辆|艘|架|台|座|处|所|间|栋(?!楼)|条|只|头|棵|根|支|场|起|件|份|套|批次|轮|股|段|项|种|类人|组|队|车|公分|里|岁|百万|千万|万|亿|点(?!\\d)|cm|km|mm|m(?![a-zA-Z])|kg|t(?![a-zA-Z])|h(?![a-zA-Z])|min|s(?![a-zA-Z])";

    private const string Number = @"\d{1,3}(?:,\d{3}){1,3}(?!\d)(?:\.\d{1,6})?|\d{1,18}(?:\.\d{1,6}(?!\.?\d))?";

    public static IReadOnlyList<ChineseRule> InOrder { get; } =
    [
        new(Url, c => c is 'h' or 'H' or 'w' or 'W', static _ => "，"),
        new(Mail, char.IsAsciiLetterOrDigit, static _ => "，"),
        new(Zone, c => c is '+', static _ => ""),
        new(YearRange, char.IsAsciiDigit, static m => $"{ChineseNumber.OneByOne(m.Groups[1].Value)}到{ChineseNumber.OneByOne(m.Groups[2].Value)}年"),
        new(Year, char.IsAsciiDigit, static m => ChineseNumber.OneByOne(m.Groups[1].Value) + "年"),
        new(NumericDate, char.IsAsciiDigit, static m => $"{ChineseNumber.OneByOne(m.Groups[1].Value)}年{Cardinal(m, 2)}月{Cardinal(m, 3)}日"),
        new(ClockTime, char.IsAsciiDigit, SpeakClock),
        new(HourMinute, char.IsAsciiDigit, SpeakHourMinute),
        new(Minute, char.IsAsciiDigit, static m => "零" + Cardinal(m, 1) + "分"),
        new(Calendar, char.IsAsciiDigit, static m => Cardinal(m, 1)),
        new(Landline, c => c is '0' or '4' or '8' or '(', static m => Groups(m, 1, 3)),
        new(Mobile, c => c is '1' or '+' or '8', static m => Groups(m, 1, 3)),
        new(Called, c => c is '电' or '热' or '拨' or '致' or '打' or '传' or '手', static m => Plain(m, 1) + SpeakTelephone(m.Groups[2].Value)),
        new(ShortNumber, char.IsAsciiDigit, static m => ChineseNumber.Telephone(m.Groups[1].Value)),
        new(ShortNumberList, char.IsAsciiDigit, static m => ChineseNumber.Telephone(m.Groups[1].Value)),
        new(RoadLetter, c => c is 'G' or 'S' or 'X' or 'Y', static m => m.Groups[1].Value + ChineseNumber.Telephone(m.Groups[2].Value)),
        new(RoadNumber, char.IsAsciiDigit, static m => ChineseNumber.Telephone(m.Groups[1].Value)),
        new(Coordinate, c => char.IsAsciiDigit(c), static m => m.Groups[4].Value switch { "N" => "北纬", "S" => "南纬", "E" => "东经", _ => "西经" } + ChineseNumber.Decimal(m.Groups[1].Value) + "度" + Arc(m, 2, "分") + Arc(m, 3, "秒")),
        new(Arcs, char.IsAsciiDigit, static m => ChineseNumber.Decimal(m.Groups[1].Value) + "度" + Arc(m, 2, "分") + Arc(m, 3, "秒")),
        new(RomanNumeral, c => c is >= 'Ⅰ' and <= 'Ⅻ', static m => Roman(m.Value[0])),
        new(RomanLetters, c => c is 'I' or 'V', static m => m.Value switch { "I" => "一", "II" => "二", "III" => "三", "IV" => "四", _ => "五" }),
        new(Magnitude, c => c is 'M', static m => (m.Groups[2].Success ? "" : "震级") + ChineseNumber.Decimal(m.Groups[1].Value)),
        new(Particulate, c => c is 'P', static m => "PM" + ChineseNumber.Decimal(m.Groups[1].Value)),
        new(Ordinal, c => c is '第' or 'N' or 'n', SpeakOrdinal),
        new(Whole, c => c is '1', static _ => "百分之百"),
        new(ListNumber, char.IsAsciiDigit, static m => Cardinal(m, 1) + "、"),
        new(PercentRange, c => char.IsAsciiDigit(c), static m => $"{Parts(m, 3)}{ChineseNumber.Decimal(Strip(m, 1))}到{Parts(m, 3)}{ChineseNumber.Decimal(Strip(m, 2))}"),
        new(Percent, c => char.IsAsciiDigit(c) || c == '-', static m => (m.Groups[1].Length > 0 ? "负" : "") + Parts(m, 3) + ChineseNumber.Decimal(Strip(m, 2))),
        new(TemperatureRange, c => char.IsAsciiDigit(c) || c == '-', static m => $"{Below(m, 1)}{ChineseNumber.Decimal(m.Groups[2].Value)}{(m.Groups[1].Length != m.Groups[3].Length ? "度" : "")}到{Below(m, 3)}{ChineseNumber.Decimal(m.Groups[4].Value)}{Degrees(m, 5)}"),
        new(Temperature, c => char.IsAsciiDigit(c) || c == '-', static m => Below(m, 1) + ChineseNumber.Decimal(m.Groups[2].Value) + Degrees(m, 3)),
        new(Fraction, char.IsAsciiDigit, static m => $"{Cardinal(m, 2)}分之{Cardinal(m, 1)}"),
        new(Comparison, c => c is '≥' or '≤' or '>' or '<' or '≈' or '±' or '×' or '÷', SpeakComparison),
        new(Generation, char.IsAsciiDigit, static m => ChineseNumber.Cardinal(m.Groups[1].Value) + m.Groups[2].Value),
        new(Letters, char.IsAsciiLetterUpper, static m => m.Groups[1].Value + ChineseNumber.OneByOne(m.Groups[2].Value)),
        new(Negative, c => c is '-', static _ => "负"),
        new(Connector, c => c is '-' or '~', static _ => "到"),
        new(Quantity, char.IsAsciiDigit, SpeakQuantity),
        new(UnitAlone, c => c is 'k' or 'm' or 'c' or 'h' or 's' or 't' or 'd' or 'L' or 'l' or 'M' or 'P' or 'g' or 'μ' or '°' or '/' or '%' or 'G', static m => Units.Spoken(m.Value)),
        new(PerUnit, c => c is '/', static m => "每" + m.Groups[1].Value),
    ];

    private static string Cardinal(Match m, int group) => ChineseNumber.Cardinal(m.Groups[group].Value);

    private static string Strip(Match m, int group) => m.Groups[group].Value.Replace(",", "", StringComparison.Ordinal);

    private static string Parts(Match m, int group) => m.Groups[group].Value is "‰" ? "千分之" : "百分之";

    private static string Below(Match m, int group) => m.Groups[group].Length > 0 ? "零下" : "";

    private static string Degrees(Match m, int group) => m.Groups[group].Value is "°F" ? "华氏度" : "度";

    private static string Arc(Match m, int group, string unit) => m.Groups[group].Success ? ChineseNumber.Decimal(m.Groups[group].Value) + unit : "";

    private static string Plain(Match m, int group) => m.Groups[group].Value.TrimEnd(' ', ':', '：');

    private static string Roman(char c) => c <= 'Ⅹ' ? ChineseNumber.Cardinal((c - 'Ⅰ' + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)) : c == 'Ⅺ' ? "十一" : "十二";

    private static string Groups(Match m, int from, int to)
    {
        var spoken = new List<string>();
        for (var group = from; group <= to; group++)
            if (m.Groups[group].Length > 0) spoken.Add(ChineseNumber.Telephone(m.Groups[group].Value));
        return string.Join('，', spoken);
    }

    private static string SpeakTelephone(string number) =>
        string.Join('，', number.Split(['-', ' '], StringSplitOptions.RemoveEmptyEntries).Select(ChineseNumber.Telephone));

    private static string SpeakClock(Match m)
    {
        var spoken = Cardinal(m, 1) + "时";
        var minute = m.Groups[2].Value;
        var second = m.Groups[3].Value;
        if (minute != "00" || (second.Length > 0 && second != "00")) spoken += TwoDigits(minute) + "分";
        if (second.Length > 0 && second != "00") spoken += TwoDigits(second) + "秒";
        return spoken;
    }

    private static string SpeakHourMinute(Match m)
    {
        var hour = m.Groups[2].Value == "点" && m.Groups[1].Value.TrimStart('0') == "2" ? "两" : Cardinal(m, 1);
        var minute = int.Parse(m.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture);
        if (minute == 0) return hour + m.Groups[2].Value + "整";
        return hour + m.Groups[2].Value + (minute < 10 ? "零" : "") + Cardinal(m, 3) + "分";
    }

    private static string TwoDigits(string digits) => digits[0] == '0' && digits[1] != '0' ? "零" + ChineseNumber.Cardinal(digits) : ChineseNumber.Cardinal(digits);

    // A short ordinal is a number, a long one (第202605号) a reference read digit by digit.
    private static string SpeakOrdinal(Match m)
    {
        var digits = m.Groups[1].Value;
        var number = digits.Length > 4 ? ChineseNumber.OneByOne(digits) : ChineseNumber.Cardinal(digits);
        return "第" + number.Replace("两", "二", StringComparison.Ordinal) + (m.Value[0] is '第' ? "" : "号");
    }

    private static string SpeakComparison(Match m)
    {
        return m.Groups[1].Value switch
        {
            "≥" or ">=" => "大于等于",
            "≤" or "<=" => "小于等于",
            ">" => "大于",
            "<" => "小于",
            "≈" => "约",
            "±" => "正负",
            "×" => "乘",
            _ => "除以",
        };
    }

    private static string SpeakQuantity(Match m)
    {
        var number = Strip(m, 1);
        var unit = m.Groups[3].Value;
        var range = m.Groups[2];
        var counts = m.Groups[4].Success || Units.Counts(unit);
        var first = Two(number, counts);
        if (!range.Success) return first + Units.Spoken(unit);
        return first + "到" + Two(range.Value.Replace(",", "", StringComparison.Ordinal), counts) + Units.Spoken(unit);
    }

    private static string Two(string number, bool counts)
    {
        if (counts && number == "2") return "两";
        // 007 and 05 are codes, not quantities.
        if (number.Length > 1 && number[0] == '0' && number[1] != '.') return number.Contains('.', StringComparison.Ordinal) ? ChineseNumber.Decimal(number) : ChineseNumber.OneByOne(number);
        return ChineseNumber.Decimal(number);
    }

    [GeneratedRegex(@"\G(?:https?://|www\.)[!-~]{1,500}", Options | RegexOptions.IgnoreCase)] private static partial Regex Url { get; }

    [GeneratedRegex(@"\G[A-Za-z0-9._-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", Options)] private static partial Regex Mail { get; }

    [GeneratedRegex(@"\G\+08:?00", Options)] private static partial Regex Zone { get; }

    [GeneratedRegex(@"\G(\d{4})年?[-~至到](\d{4})年", Options)] private static partial Regex YearRange { get; }

    [GeneratedRegex(@"\G((?:19|20|21)\d{2}) ?年", Options)] private static partial Regex Year { get; }

    [GeneratedRegex(@"\G((?:19|20)\d{2})[-/.](0?[1-9]|1[0-2])[-/.](3[01]|[12]\d|0?[1-9])(?!\d)(?:T(?=\d))?", Options)] private static partial Regex NumericDate { get; }

    [GeneratedRegex(@"\G(2[0-4]|[01]?\d):([0-5]\d)(?!\d)(?::([0-5]\d)(?!\d)(?:\.\d{1,7})?)?Z?", Options)] private static partial Regex ClockTime { get; }

    [GeneratedRegex(@"\G(2[0-4]|[01]?\d) ?([时点]) ?([0-5]?\d) ?分(?!钟)", Options)] private static partial Regex HourMinute { get; }

    [GeneratedRegex(@"\G0([1-9])分(?!钟)", Options)] private static partial Regex Minute { get; }

    [GeneratedRegex(@"\G(?:0([1-9])(?= ?[月日时点号])|(?<1>3[01]|[12]\d|[1-9])(?= ?[月日时](?!间)))", Options)] private static partial Regex Calendar { get; }

    [GeneratedRegex(@"\G(?:\(?(0(?:10|2\d|[3-9]\d{2}))\)?[- ]?([1-9]\d{6,7})|(?<1>[48]00)[- ]?(?<2>\d{3,4})[- ]?(?<3>\d{3,4}))(?!\d)", Options)] private static partial Regex Landline { get; }

    [GeneratedRegex(@"\G(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)", Options)] private static partial Regex Mobile { get; }

    [GeneratedRegex(@"\G((?:电话|热线|拨打|致电|打|传真|手机)(?:号码?|是|为)? ?[:：]? ?)(\d{3,8}(?:-\d{3,8})?)(?![\d.,年月日])(?! ?(?:" + MeasureWords + @"))", Options)] private static partial Regex Called { get; }

    [GeneratedRegex(@"\G(11[0249]|12[012]|12\d{3}|95\d{3}|96\d{3,4}|100\d{2}|999)(?= ?(?:报警|急救|救护|火警|热线|电话|指挥|接警|求助|救助|消防|交警|平台|专线|客服|公众号|微信|值班))", Options)] private static partial Regex ShortNumber { get; }

    [GeneratedRegex(@"\G(?:(?<=[、或和打/])(11[0249]|12[012]|12\d{3}|95\d{3}|96\d{3})(?=[、，。,;；/或和）)]|\z)|(?<1>11[0249]|12[02])(?=[、或和/]1[12]\d(?!\d)))", Options)] private static partial Regex ShortNumberList { get; }

    [GeneratedRegex(@"\G(?<![A-Za-z])([GSXY])(\d{1,4})(?![\d.A-Za-z])", Options)] private static partial Regex RoadLetter { get; }

    [GeneratedRegex(@"\G(\d{3})(?= ?(?:国道|省道|县道|乡道))", Options)] private static partial Regex RoadNumber { get; }

    [GeneratedRegex("\\G(\\d{1,3}(?:\\.\\d{1,6})?)°(?:(\\d{1,2}(?:\\.\\d{1,4})?)[′'])?(?:(\\d{1,2}(?:\\.\\d{1,4})?)[″\"])? ?([NSEW])(?![A-Za-z])", Options)] private static partial Regex Coordinate { get; }

    [GeneratedRegex("\\G(\\d{1,3}(?:\\.\\d{1,6})?)°(?:(\\d{1,2}(?:\\.\\d{1,4})?)[′'])(?:(\\d{1,2}(?:\\.\\d{1,4})?)[″\"])?", Options)] private static partial Regex Arcs { get; }

    [GeneratedRegex(@"\G[Ⅰ-Ⅻ]", Options)] private static partial Regex RomanNumeral { get; }

    [GeneratedRegex(@"\G(?<![A-Za-z])(?:III|II|IV|I|V)(?= ?[级类型号度])", Options)] private static partial Regex RomanLetters { get; }

    [GeneratedRegex(@"\G(?<![A-Za-z])M[sSwWlLbB]? ?(\d\.\d)(?: ?(?=(级)))?", Options)] private static partial Regex Magnitude { get; }

    [GeneratedRegex(@"\GPM ?(10|2\.5|1(?:\.0)?)(?!\d)", Options)] private static partial Regex Particulate { get; }

    [GeneratedRegex(@"\G(?:第 ?(\d{1,12})(?![\d.])|[Nn][Oo]\. ?(?<1>\d{1,12})(?![\d.])号?)", Options)] private static partial Regex Ordinal { get; }

    [GeneratedRegex(@"\G(?<![\d.,-])100 ?%", Options)] private static partial Regex Whole { get; }

    [GeneratedRegex(@"\G(?<=^|[。；;：\n] ?)(\d{1,2})\.(?![\d])", Options)] private static partial Regex ListNumber { get; }

    [GeneratedRegex(@"\G(" + Number + @")[%‰]?[-~至到](" + Number + @")([%‰])", Options)] private static partial Regex PercentRange { get; }

    [GeneratedRegex(@"\G(?<!\d)(-?)(" + Number + @") ?([%‰])", Options)] private static partial Regex Percent { get; }

    [GeneratedRegex(@"\G(?<!\d)(-?)(\d{1,3}(?:\.\d)?)(?: ?(?:°C|°F|度|摄氏度))?(?:[-~至到])(-?)(\d{1,3}(?:\.\d)?) ?(°C|°F|摄氏度)", Options)] private static partial Regex TemperatureRange { get; }

    [GeneratedRegex(@"\G(?<!\d)(-?)(\d{1,3}(?:\.\d{1,2})?) ?(°C|°F|摄氏度|度(?=[，。、；]|\z|以[上下]))", Options)] private static partial Regex Temperature { get; }

    [GeneratedRegex(@"\G(\d{1,3})/(\d{1,3})(?![\d/])", Options)] private static partial Regex Fraction { get; }

    [GeneratedRegex(@"\G(>=|<=|[≥≤><≈±×÷]) ?(?=-?\d)", Options)] private static partial Regex Comparison { get; }

    [GeneratedRegex(@"\G(\d)([GK])(?![A-Za-z\d])", Options)] private static partial Regex Generation { get; }

    [GeneratedRegex(@"\G([A-Z]{1,6})-?(\d{1,6})(?![\d.])", Options)] private static partial Regex Letters { get; }

    [GeneratedRegex(@"\G-(?=\d)(?<![\dA-Za-z%°CF年月日时分秒级度米里人元]-)", Options)] private static partial Regex Negative { get; }

    [GeneratedRegex(@"\G[-~](?= ?[-\d第零一二三四五六七八九十])", Options)] private static partial Regex Connector { get; }

    [GeneratedRegex(@"\G(" + Number + @")(?: ?[-~至到] ?(" + Number + @"))? ?(" + Units.Pattern + @")?(?= ?(?:余|多|几)?(" + MeasureWords + @"))?", Options)] private static partial Regex Quantity { get; }

    [GeneratedRegex(@"\G(?<=[零一二三四五六七八九十百千万亿点])(?:" + Units.Pattern + ")", Options)] private static partial Regex UnitAlone { get; }

    [GeneratedRegex(@"\G/(小时|秒|分钟|分|天|日|平方米|立方米|平方公里|人|升|公顷|户|亩)", Options)] private static partial Regex PerUnit { get; }
}
