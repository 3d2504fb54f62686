using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace AlertGateway.CityLoad;

/// <summary>One page without scripts: the curves of reach and the figures of the run.</summary>
internal static class HtmlReport
{
    private const int Width = 900, Height = 360, Left = 60, Bottom = 40, Top = 16, Right = 20;
    private static readonly string[] Colours = ["#b3001b", "#b35900", "#0b5394", "#4d4d4d"];

    public static string Of(ReachCurves reach, JsonElement summary)
    {
        double seconds = Math.Max(1, reach.Groups.Max(g => Math.Max(g.LastSeconds ?? 0, g.FifoLastSeconds ?? 0)));
        var svg = new StringBuilder();
        Axes(svg, seconds);
        for (int i = 0; i < reach.Groups.Count; i++)
        {
            Line(svg, reach.Groups[i].Seconds, reach.Groups[i].Households, seconds, Colours[i], dashed: false);
            Line(svg, reach.Groups[i].FifoSeconds, reach.Groups[i].Households, seconds, Colours[i], dashed: true);
        }
        var rows = new StringBuilder();
        for (int i = 0; i < reach.Groups.Count; i++)
        {
            var g = reach.Groups[i];
            rows.Append(CultureInfo.InvariantCulture, $"<tr><td><b style=\"color:{Colours[i]}\">■</b> {WebUtility.HtmlEncode(g.Name)}<td>{g.Households:N0}<td>{g.Reached:N0}<td>{ReachGroup.Text(g.SecondsAt(0.5))}<td>{ReachGroup.Text(g.SecondsAt(0.95))}<td>{ReachGroup.Text(g.LastSeconds)}<td>{ReachGroup.Text(g.FifoSecondsAt(0.5))}<td>{ReachGroup.Text(g.FifoLastSeconds)}</tr>\n");
        }
        string rate = reach.FifoPerSecond.ToString("N0", CultureInfo.InvariantCulture);
        string rateZh = reach.IsFifoMeasured ? $"本次实测的每秒 {rate} 条" : $"每秒 {rate} 条", rateEn = reach.IsFifoMeasured ? $"{rate} a second, the rate that this run reached" : $"{rate} a second";
        return $$"""
            <!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>全市压测 · City load</title>
            <style>body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:960px;margin:24px auto;padding:0 16px;color:#1a1a1a}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:6px 8px;text-align:right}td:first-child,th:first-child{text-align:left}pre{background:#f3f4f6;padding:12px;overflow:auto}svg{width:100%;height:auto}text{font-size:13px}</style>
            <h1>全市压测 <small>City load</small></h1>
            <p>每户第一条短信被运营商接收的时间，以运营商日志对照登记库（合成数据）。实线为实际，虚线为按登记顺序、以{{rateZh}}先来先发。分母为受众全部户数，没有收到的也在内。<br>When the provider took the first SMS of each household, from its journal joined to the registry (synthetic data). Solid: as sent; dashed: first in, first out at {{rateEn}}. The share is of all households of the audience, also of those that got nothing.</p>
            <svg viewBox="0 0 {{Width}} {{Height}}" role="img" aria-label="触达曲线 curves of reach">{{svg}}</svg>
            <table><tr><th>组 Group<th>户 Households<th>收到 reached<th>50 % (s)<th>95 % (s)<th>最后一户 last (s)<th>先来先发 FIFO 50 % (s)<th>FIFO 最后一户 last (s)</tr>
            {{rows}}</table>
            <p>危险区与弱势户共提前 <b>{{reach.UsefulMinutesSaved.ToString("N0", CultureInfo.InvariantCulture)}}</b> 户·分钟 · household-minutes saved for danger zones and the vulnerable.</p>
            <h2>数字 <small>Figures</small></h2><pre>{{WebUtility.HtmlEncode(JsonSerializer.Serialize(summary, Indented))}}</pre></html>
            """;
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static double X(double seconds, double all) => Left + (seconds / all * (Width - Left - Right));

    private static double Y(double share) => Height - Bottom - (share * (Height - Bottom - Top));

    private static void Axes(StringBuilder svg, double seconds)
    {
        for (int percent = 0; percent <= 100; percent += 25)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(percent / 100.0):0.0}\" y2=\"{Y(percent / 100.0):0.0}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(percent / 100.0) + 4:0.0}\" text-anchor=\"end\">{percent} %</text>");
        }
        double step = Step(seconds);
        for (double at = 0; at <= seconds; at += step)
        {
            string label = step >= 60 ? string.Create(CultureInfo.InvariantCulture, $"{at / 60:0} min") : string.Create(CultureInfo.InvariantCulture, $"{at:0} s");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at, seconds):0.0}\" y=\"{Height - 14}\" text-anchor=\"middle\">{label}</text>");
        }
    }

    private static double Step(double seconds)
    {
        foreach (int step in (ReadOnlySpan<int>)[1, 5, 10, 30, 60, 120, 300, 600, 1800])
        {
            if (seconds / step <= 10) return step;
        }
        return 3600;
    }

    private static void Line(StringBuilder svg, double[] ascending, int households, double seconds, string colour, bool dashed)
    {
        if (ascending.Length == 0) return;
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{(dashed ? " stroke-dasharray=\"3 5\" opacity=\"0.6\"" : "")} points=\"{X(0, seconds):0.0},{Y(0):0.0}");
        for (int i = 1; i <= 200; i++)
        {
            int index = Math.Max(0, (int)((long)ascending.Length * i / 200) - 1);
            svg.Append(CultureInfo.InvariantCulture, $" {X(ascending[index], seconds):0.0},{Y((index + 1.0) / households):0.0}");
        }
        svg.Append("\"/>");
    }
}
