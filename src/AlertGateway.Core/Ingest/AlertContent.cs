using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>What an alert says, apart from how its bytes are laid out.</summary>
public static class AlertContent
{
    /// <summary>SHA-256 hex over every element that a recipient can act on; equal for the same alert over two mirrors.</summary>
    public static string Sha256(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        using var canon = new Canon("agw-content-v1");
        canon.Text(alert.Sender).Text(alert.Identifier).Number(alert.Sent?.UtcTicks ?? 0)
            .Text(alert.StatusText ?? alert.Status.ToString()).Text(alert.MsgTypeText ?? alert.MsgType.ToString()).Text(alert.ScopeText ?? alert.Scope.ToString())
            .Text(alert.Source).Text(alert.Restriction).Text(alert.Note);
        Texts(canon, alert.Addresses);
        Texts(canon, alert.Codes);
        Texts(canon, alert.Incidents);
        canon.Number(alert.References.Count);
        foreach (var r in alert.References) canon.Text(r.Sender).Text(r.Identifier).Number(r.Sent?.UtcTicks ?? 0);
        canon.Number(alert.Infos.Count);
        foreach (var info in alert.Infos) Add(canon, info);
        return canon.Hex();
    }

    private static void Add(Canon canon, Info info)
    {
        canon.Text(info.LanguageOrDefault).Text(info.Event)
            .Text(info.UrgencyText ?? info.Urgency.ToString()).Text(info.SeverityText ?? info.Severity.ToString()).Text(info.CertaintyText ?? info.Certainty.ToString())
            .Text(info.Audience).Number(info.Effective?.UtcTicks ?? 0).Number(info.Onset?.UtcTicks ?? 0).Number(info.Expires?.UtcTicks ?? 0)
            .Text(info.SenderName).Text(info.Headline).Text(info.Description).Text(info.Instruction).Text(info.Web).Text(info.Contact);
        canon.Number(info.Categories.Count);
        foreach (var category in info.Categories) canon.Text(category.ToString());
        canon.Number(info.ResponseTypes.Count);
        foreach (var response in info.ResponseTypes) canon.Text(response.ToString());
        Pairs(canon, info.EventCodes);
        Pairs(canon, info.Parameters);
        canon.Number(info.Resources.Count);
        foreach (var r in info.Resources) canon.Text(r.ResourceDesc).Text(r.MimeType).Text(r.Uri).Text(r.DerefUri).Text(r.Digest);
        canon.Number(info.Areas.Count);
        foreach (var area in info.Areas) Add(canon, area);
    }

    private static void Add(Canon canon, Area area)
    {
        canon.Text(area.AreaDesc).Number(area.Polygons.Count);
        foreach (var polygon in area.Polygons) Add(canon, polygon);
        canon.Number(area.ExcludedPolygons.Count);
        foreach (var polygon in area.ExcludedPolygons) Add(canon, polygon);
        Texts(canon, area.UnreadablePolygons);
        Texts(canon, area.UnreadableCircles);
        canon.Number(area.Circles.Count);
        foreach (var circle in area.Circles) canon.Degrees(circle.Center.LatitudeDegrees).Degrees(circle.Center.LongitudeDegrees).Degrees(circle.RadiusKm);
        Pairs(canon, area.Geocodes);
        canon.Text(area.AltitudeFeet?.ToString("R", System.Globalization.CultureInfo.InvariantCulture)).Text(area.CeilingFeet?.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Add(Canon canon, CapPolygon polygon)
    {
        canon.Number(polygon.Points.Count);
        foreach (var p in polygon.Points) canon.Degrees(p.LatitudeDegrees).Degrees(p.LongitudeDegrees);
    }

    private static void Pairs(Canon canon, IReadOnlyList<NamedValue> pairs)
    {
        canon.Number(pairs.Count);
        foreach (var p in pairs) canon.Text(p.ValueName).Text(p.Value);
    }

    private static void Texts(Canon canon, IReadOnlyList<string> texts)
    {
        canon.Number(texts.Count);
        foreach (var text in texts) canon.Text(text);
    }
}
