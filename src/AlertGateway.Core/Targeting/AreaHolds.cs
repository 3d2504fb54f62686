using System.Globalization;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Targeting;

/// <summary>Every reason for which an area or audience waits for a person. The codes are stable.</summary>
internal static class AreaHolds
{
    public static HoldReason None() => new("area.none", "预警没有给出区域（多边形、圆或区划代码）；没有区域绝不等于全体。", "The alert gives no area (polygon, circle or code); that never means everybody.");

    public static HoldReason Empty() => new("area.empty", "预警区域内没有任何住户。", "No household lies in the alert's area.");

    public static HoldReason EmptyOf(string what) => new("area.empty", $"区域“{what}”内没有任何住户。", $"No household lies in “{what}”.");

    public static HoldReason Unreadable(int count, bool swapped) => swapped
        ? new("area.swapped", $"{N(count)} 个形状无法读取：经度和纬度似乎写反了。", $"{N(count)} shape(s) cannot be read: latitude and longitude seem to be swapped.")
        : new("area.broken", $"{N(count)} 个多边形或圆无法读取。", $"{N(count)} polygon(s) or circle(s) cannot be read.");

    public static HoldReason Broken(string problem, string problemEnglish) => new("area.broken", $"区域图形有误：{problem}。", $"The area's geometry is broken: {problemEnglish}.");

    public static HoldReason Swapped(string name) => new("area.swapped", $"区域不在{name}，但把经纬度对调后就在：经度和纬度可能写反了。", $"The area is not in {name}, but would be with latitude and longitude exchanged.");

    public static HoldReason Antimeridian() => new("area.antimeridian", "区域跨越 180° 经线或包含极点，不能自动判断。", "The area crosses the 180° meridian or a pole and cannot be judged automatically.");

    public static HoldReason TooManyVertices(int vertices, int max) => new("area.too-many-vertices", $"区域共有 {N(vertices)} 个顶点，上限为 {N(max)}。", $"The area has {N(vertices)} vertices; the limit is {N(max)}.");

    public static HoldReason Outside(string name, double share) => new("area.outside-jurisdiction",
        $"区域的 {P(share)} 在{name}辖区之外。", $"{P(share)} of the area lies outside the jurisdiction of {name}.");

    public static HoldReason CodeOutside(string valueName, string value, string name) => new("area.outside-jurisdiction",
        $"代码 {value}（{valueName}）不在{name}辖区之内。", $"Code {value} ({valueName}) is outside the jurisdiction of {name}.");

    public static HoldReason Neighbour(Neighbour n) => new("area.neighbour",
        $"邻区{n.Name}的预警，供值班参考" + (n.UpstreamMinutes is { } m ? $"：上游来水约 {N(m)} 分钟后到达本地。" : "。"),
        $"A warning of the neighbour {n.NameEnglish}, for the desk" + (n.UpstreamMinutes is { } minutes ? $": water from there arrives after about {N(minutes)} minutes." : "."));

    public static HoldReason Oversized(double squareKilometres, double jurisdictionSquareKilometres) => new("area.oversized",
        $"区域面积 {N(squareKilometres)} 平方公里，超过辖区（{N(jurisdictionSquareKilometres)} 平方公里）的允许比例。", $"The area is {N(squareKilometres)} km², more than is allowed for a jurisdiction of {N(jurisdictionSquareKilometres)} km².");

    public static HoldReason CodeOversized(string valueName, string value, string name) => new("area.oversized",
        $"代码 {value}（{valueName}）大于{name}辖区。", $"Code {value} ({valueName}) covers more than the jurisdiction of {name}.");

    public static HoldReason Unresolved(string valueName, string value) => new("area.unresolved-code",
        $"区域代码 {value}（{valueName}）在登记库中找不到对应区域。", $"Area code {value} ({valueName}) is not known to the registry.");

    public static HoldReason OverCap(int households, int max) => new("audience.over-cap", $"受众 {N(households)} 户，超过上限 {N(max)} 户。", $"{N(households)} households are above the cap of {N(max)}.");

    public static HoldReason NobodyReachable() => new("audience.empty", "区域内没有本级别所用渠道的任何终端。", "No endpoint of this colour's channels lies in the area.");

    public static HoldReason NotForPublic(string status) => new("status.not-disseminated", $"状态为 {status} 的消息不对外发布。", $"A message of status {status} is not disseminated.");

    private static string N(double value) => value.ToString("#,##0.##", CultureInfo.InvariantCulture);

    private static string N(int value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    private static string P(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";
}
