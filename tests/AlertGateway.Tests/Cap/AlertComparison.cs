using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

/// <summary>Deep comparison of two alerts, but for what strict CAP 1.2 cannot hold.</summary>
internal static class AlertComparison
{
    public static void AssertSame(Alert expected, Alert actual)
    {
        Assert.Equal(Seconds(expected.Sent), actual.Sent);
        Assert.Equal((expected.Status, expected.MsgType, expected.Scope), (actual.Status, actual.MsgType, actual.Scope));
        Assert.Equal((Null(expected.Source), Null(expected.Restriction), Null(expected.Note)), (actual.Source, actual.Restriction, actual.Note));
        Assert.Equal(expected.Addresses, actual.Addresses);
        Assert.Equal(expected.Codes, actual.Codes);
        Assert.Equal(expected.Incidents, actual.Incidents);
        Assert.Equal(expected.References.Select(r => (r.Chain, r.Sent)), actual.References.Select(r => (r.Chain, r.Sent)));
        Assert.Equal(expected.Infos.Count, actual.Infos.Count);
        foreach (var (e, a) in expected.Infos.Zip(actual.Infos)) AssertSame(e, a);
    }

    private static void AssertSame(Info e, Info a)
    {
        Assert.Equal(e.LanguageOrDefault, a.LanguageOrDefault);
        Assert.Equal(e.Categories.DefaultIfEmpty(Category.Other), a.Categories);
        Assert.Equal(e.ResponseTypes, a.ResponseTypes);
        Assert.Equal((e.Event, e.Urgency, e.Severity, e.Certainty), (a.Event, a.Urgency, a.Severity, a.Certainty));
        Assert.Equal((Seconds(e.Effective), Seconds(e.Onset), Seconds(e.Expires)), (a.Effective, a.Onset, a.Expires));
        Assert.Equal((Null(e.SenderName), Null(e.Headline), Null(e.Description), Null(e.Instruction)), (a.SenderName, a.Headline, a.Description, a.Instruction));
        Assert.Equal((Null(e.Web), Null(e.Contact), Null(e.Audience)), (a.Web, a.Contact, a.Audience));
        Assert.Equal(e.EventCodes, a.EventCodes);
        Assert.Equal(e.Parameters, a.Parameters);
        Assert.Equal(e.Resources.Select(r => r with { MimeType = r.MimeType ?? "application/octet-stream", Uri = Null(r.Uri), DerefUri = Null(r.DerefUri), Digest = Null(r.Digest) }), a.Resources);
        Assert.Equal(e.Areas.Count, a.Areas.Count);
        foreach (var (x, y) in e.Areas.Zip(a.Areas))
        {
            Assert.Equal((x.AreaDesc, x.AltitudeFeet, x.CeilingFeet), (y.AreaDesc, y.AltitudeFeet, y.CeilingFeet));
            Assert.Equal(x.Geocodes, y.Geocodes);
            Assert.Equal(x.Polygons.Select(p => p.Points), y.Polygons.Select(p => p.Points));
            Assert.Equal(x.ExcludedPolygons.Select(p => p.Points), y.ExcludedPolygons.Select(p => p.Points));
            Assert.Equal(x.Circles.Select(c => (c.Center, c.RadiusKm)), y.Circles.Select(c => (c.Center, c.RadiusKm)));
        }
    }

    // An element that is there and empty says the same as one that is not there.
    private static string? Null(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static DateTimeOffset? Seconds(DateTimeOffset? time) => time is { } t ? t.AddTicks(-(t.Ticks % TimeSpan.TicksPerSecond)) : null;
}
