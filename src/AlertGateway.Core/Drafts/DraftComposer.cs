using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Thresholds;

namespace AlertGateway.Core.Drafts;

/// <summary>A draft as CAP bytes, and how to refer to it.</summary>
public sealed record ComposedDraft(byte[] Document, DraftKey Key, MsgType MsgType);

/// <summary>
/// Writes drafts as CAP 1.2 in the gateway's own wording, for the lawful publisher's approver. Pure: the same input gives the same bytes, so that a draft handed in twice is one draft.
/// A draft always names its area by codes or shape and always expires.
/// </summary>
public sealed class DraftComposer(DraftWording wording, DangerZones zones)
{
    private static readonly TimeSpan Beijing = TimeSpan.FromHours(8);
    private static readonly string[] ColoursZh = ["", "蓝色", "黄色", "橙色", "红色"];
    private static readonly string[] ColoursEn = ["", "blue", "yellow", "orange", "red"];
    private static readonly string[] WindZh = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];
    private static readonly string[] WindEn = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

    public DraftWording Wording => wording;

    /// <summary>The draft of a step at a threshold.</summary>
    public ComposedDraft OfThreshold(ThresholdConfig config, ThresholdRule rule, ThresholdState state, ThresholdChange change, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(change);
        var template = wording.Find(Kind(rule.Kind)) ?? throw new InvalidDataException($"There is no wording for drafts of kind {Kind(rule.Kind)}.");
        var zone = zones.Zones.FirstOrDefault(z => z.Id == rule.Zone);
        var colour = change.Step == ThresholdStep.Lifted ? change.From : change.Level.Colour;
        var unit = rule.Kind switch { ThresholdKind.Rain => ("毫米", "mm"), ThresholdKind.Discharge when rule.Quantity != "gate-opening" => ("立方米/秒", "m³/s"), _ => ("米", "m") };
        var form = rule.Kind == ThresholdKind.Rain ? "0.0" : "0.00";
        string Number(double v) => v.ToString(form, CultureInfo.InvariantCulture);
        var window = change.Level.WindowMinutes % 60 == 0 ? (change.Level.WindowMinutes / 60, "小时", "h") : (change.Level.WindowMinutes, "分钟", "min");
        var values = new Values(config.SenderName, config.SenderNameEnglish, colour, change.Time)
        {
            ["station"] = (rule.Name, rule.NameEnglish),
            ["value"] = (Number(change.Value) + unit.Item1, Number(change.Value) + " " + unit.Item2),
            ["threshold"] = (Number(change.Level.Value) + unit.Item1, Number(change.Level.Value) + " " + unit.Item2),
            ["level"] = (change.Level.Name, change.Level.NameEnglish),
            ["over"] = (Number(Math.Abs(change.Value - change.Level.Value)) + unit.Item1, Number(Math.Abs(change.Value - change.Level.Value)) + " " + unit.Item2),
            ["window"] = (string.Create(CultureInfo.InvariantCulture, $"{window.Item1}{window.Item2}"), string.Create(CultureInfo.InvariantCulture, $"{window.Item1} {window.Item3}")),
            ["datum"] = (rule.Datum.Length > 0 ? $"（{rule.Datum}基面）" : "", rule.Datum.Length > 0 ? $" ({rule.Datum})" : ""),
            ["area"] = (AreaName(rule.AreaName, zone?.Name), AreaName(rule.AreaNameEnglish, zone?.NameEnglish)),
            ["shelter"] = (zone?.Shelter ?? "", zone?.ShelterEnglish ?? ""),
            ["arrival"] = (zone is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{zone.ArrivalMinutes}分钟"), zone is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{zone.ArrivalMinutes} minutes")),
            ["zoneText"] = (zone?.Text ?? "", zone?.TextEnglish ?? ""),
        };
        var msgType = change.Step switch { ThresholdStep.Lifted => MsgType.Cancel, ThresholdStep.Raised => MsgType.Alert, _ => state.Draft is null ? MsgType.Alert : MsgType.Update };
        var identifier = string.Create(CultureInfo.InvariantCulture, $"{rule.Id}.{now.ToOffset(Beijing):yyyyMMddHHmmss}.{state.Serial + 1}");
        var areas = new List<Area>();
        if (rule.Areas.Count > 0) areas.Add(new Area { AreaDesc = rule.AreaName.Length > 0 ? rule.AreaName : rule.Name, Geocodes = [.. rule.Areas.Select(a => new NamedValue("CN_DIVISION", a))] });
        if (zone is not null) areas.Add(AreaOf(zone));
        return Compose(template, values, config.Sender, identifier, AlertStatus.Actual, msgType, state.Draft, areas, rule.EventCode, now, TimeSpan.FromMinutes(config.LifeMinutes), Certainty.Observed,
            $"由监测阈值规则 {rule.Id} 生成的草稿，须经发布单位审批。Draft made by threshold rule {rule.Id}; the lawful publisher approves it.");
    }

    /// <summary>The draft of a report by another monitoring system; null when there is no template or no usable area.</summary>
    /// <param name="earlier">The draft of the report's earlier revision that is in force; null for none.</param>
    public ComposedDraft? OfHazard(HazardReport report, DraftKey? earlier, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        var action = wording.DefaultActions.TryGetValue(report.Kind, out var usual) ? report.Action ?? usual : null;
        if (wording.Find(action is null ? report.Kind : report.Kind + "/" + action) is not { } template) return null;
        if (report.Cancel && earlier is null) return null;
        var zone = zones.Zones.FirstOrDefault(z => z.Id == report.Zone);
        var areas = new List<Area>();
        if (report.Areas.Count > 0) areas.Add(new Area { AreaDesc = report.Place ?? string.Join('、', report.Areas), Geocodes = [.. report.Areas.Select(a => new NamedValue("CN_DIVISION", a))] });
        if (report.Point is { } point) areas.Add(new Area { AreaDesc = report.Place ?? "事发地", Circles = [new CapCircle(point, Math.Max(report.RadiusMetres, 1) / 1000)] });
        if (zone is not null) areas.Add(AreaOf(zone));
        if (areas.Count == 0) return null;
        var wind = report.WindFromDegrees is { } from ? (int)Math.Round(from / 45) % 8 : -1;
        var values = new Values(report.SenderName, report.SenderNameEnglish, report.Colour, report.Time)
        {
            ["place"] = (report.Place ?? zone?.Name ?? "事发地", report.Place ?? zone?.NameEnglish ?? "the site"),
            ["substance"] = (report.Substance ?? "危险化学品", report.Substance ?? "a hazardous substance"),
            ["wind"] = (wind < 0 ? "" : $"当前风从{WindZh[wind]}面吹来。", wind < 0 ? "" : $"The wind comes from the {WindEn[wind]}."),
            ["toWind"] = (wind < 0 ? "" : $"（{WindZh[wind]}面）", wind < 0 ? "" : $" (to the {WindEn[wind]})"),
            ["discharge"] = (report.Discharge is { } d ? string.Create(CultureInfo.InvariantCulture, $"{d:0.#}立方米/秒") : "", report.Discharge is { } e ? string.Create(CultureInfo.InvariantCulture, $"{e:0.#} m³/s") : ""),
            ["starts"] = ((report.Starts ?? report.Time).ToOffset(Beijing).ToString("M月d日H时mm分", CultureInfo.InvariantCulture), (report.Starts ?? report.Time).ToOffset(Beijing).ToString("HH:mm 'on' d MMMM", CultureInfo.InvariantCulture)),
            ["area"] = (AreaName(report.Place ?? "", zone?.Name), AreaName(report.Place ?? "", zone?.NameEnglish)),
            ["shelter"] = (zone?.Shelter ?? "", zone?.ShelterEnglish ?? ""),
            ["arrival"] = (zone is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{zone.ArrivalMinutes}分钟"), zone is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{zone.ArrivalMinutes} minutes")),
            ["zoneText"] = (zone?.Text ?? "", zone?.TextEnglish ?? ""),
        };
        var msgType = report.Cancel ? MsgType.Cancel : earlier is null ? MsgType.Alert : MsgType.Update;
        var identifier = string.Create(CultureInfo.InvariantCulture, $"{report.Sender}.{report.Id}.{report.Revision}");
        return Compose(template, values, report.CapSender, identifier, report.Status, msgType, earlier, areas, wording.EventCodes.GetValueOrDefault(report.Kind) ?? "", now, report.Life, Certainty.Likely,
            $"由监测系统 {report.Sender} 的报告 {report.Id} 生成的草稿，须经发布单位审批。Draft made from report {report.Id} of {report.Sender}; the lawful publisher approves it.");
    }

    public static string Kind(ThresholdKind kind) => kind switch { ThresholdKind.River => "river", ThresholdKind.Reservoir => "reservoir", ThresholdKind.Discharge => "discharge", _ => "rain" };

    private static ComposedDraft Compose(DraftTemplate template, Values values, string sender, string identifier, AlertStatus status, MsgType msgType, DraftKey? earlier, List<Area> areas, string eventCode, DateTimeOffset now, TimeSpan life, Certainty certainty, string note)
    {
        var sent = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset).ToOffset(Beijing);
        var expires = sent + life;
        Info Of(string language, DraftText text, bool zh) => new()
        {
            Language = language,
            Categories = [template.Category],
            Event = text.Event,
            ResponseTypes = [msgType == MsgType.Cancel ? ResponseType.AllClear : template.Response],
            Urgency = msgType == MsgType.Cancel ? Urgency.Past : values.Colour >= WarningColour.Orange ? Urgency.Immediate : Urgency.Expected,
            Severity = values.Colour.ToSeverity(),
            Certainty = certainty,
            EventCodes = eventCode.Length > 0 ? [new NamedValue("CMA Event Code", eventCode)] : [],
            Effective = sent,
            Expires = expires,
            SenderName = zh ? values.SenderZh : values.SenderEn,
            Headline = values.Fill(msgType == MsgType.Cancel ? (zh ? "{sender}解除{event}{colour}预警" : "{sender} lifts the {colour} {event} warning") : text.Headline, zh, text.Event),
            Description = values.Fill(msgType == MsgType.Cancel ? text.Lifted : text.Description, zh, text.Event),
            Instruction = msgType == MsgType.Cancel ? null : values.Fill(text.Instruction, zh, text.Event),
            Parameters = [new NamedValue("colour", ColoursEn[(int)values.Colour])],
            Areas = areas,
        };
        var alert = new Alert
        {
            Identifier = identifier,
            Sender = sender,
            SentText = CapWriter.Time(sent),
            Sent = sent,
            Status = status,
            MsgType = msgType,
            Scope = AlertScope.Public,
            Note = note,
            References = earlier is { } e && msgType != MsgType.Alert ? [new Reference(sender, e.Identifier, CapWriter.Time(e.Sent), e.Sent)] : [],
            Infos = [Of("zh-CN", template.Zh, true), Of("en-US", template.En, false)],
        };
        return new ComposedDraft(CapWriter.Write(alert), new DraftKey(identifier, sent, expires), msgType);
    }

    private static string AreaName(string own, string? zone) => own.Length > 0 ? own : zone ?? "";

    private static Area AreaOf(DangerZone zone)
    {
        var polygons = new List<CapPolygon>();
        for (var i = 0; i < zone.Shape.NumGeometries; i++)
        {
            if (zone.Shape.GetGeometryN(i) is NetTopologySuite.Geometries.Polygon polygon) polygons.Add(new CapPolygon([.. polygon.ExteriorRing.Coordinates.Select(c => new GeoPoint(c.Y, c.X))]));
        }

        return new Area { AreaDesc = zone.Name, Polygons = polygons };
    }

    /// <summary>What the placeholders stand for, in both languages.</summary>
    private sealed class Values(string senderZh, string senderEn, WarningColour colour, DateTimeOffset time) : Dictionary<string, (string Zh, string En)>(StringComparer.Ordinal)
    {
        public string SenderZh => senderZh;

        public string SenderEn => senderEn;

        public WarningColour Colour => colour;

        public string Fill(string template, bool zh, string eventName)
        {
            var text = new StringBuilder(template.Length * 2);
            for (var i = 0; i < template.Length; i++)
            {
                var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
                if (end < 0)
                {
                    text.Append(template[i]);
                    continue;
                }

                var name = template[(i + 1)..end];
                var at = time.ToOffset(Beijing);
                text.Append(name switch
                {
                    "sender" => zh ? senderZh : senderEn,
                    "event" => eventName,
                    "colour" => (zh ? ColoursZh : ColoursEn)[(int)colour],
                    "time" => zh ? at.ToString("M月d日H时mm分", CultureInfo.InvariantCulture) : at.ToString("HH:mm 'on' d MMMM", CultureInfo.InvariantCulture),
                    _ => TryGetValue(name, out var value) ? (zh ? value.Zh : value.En) : throw new InvalidDataException($"The drafts' wording has an unknown placeholder {{{name}}}."),
                });
                i = end;
            }

            return text.ToString();
        }
    }
}
