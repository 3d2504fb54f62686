using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Jma;

/// <summary>Warnings of a telegram as one record: the gravest kind that its headline or tsunami forecast names.</summary>
internal static class JmaWarnings
{
    private const int KindsMax = 20_000;

    /// <summary>Null when the telegram warns of nothing and lifts nothing.</summary>
    public static FeedRecord? Read(Telegram telegram, XElement? body)
    {
        var tsunami = body.At("Tsunami", "Forecast").Children("Item").Select(i => i.At("Category", "Kind"));
        var headline = telegram.Head.Child("Headline").Children("Information").SelectMany(i => i.Children("Item")).SelectMany(i => i.Children("Kind"));
        var names = tsunami.Concat(headline).Select(k => k.Child("Name").TextOrNull()).OfType<string>().Take(KindsMax).Distinct(StringComparer.Ordinal).ToList();
        var kinds = names.Where(IsWarning).ToList();
        if (kinds.Count == 0) return null;

        var findings = telegram.Findings();
        var worst = kinds.Select(SeverityOf).Max();
        return new FeedRecord
        {
            Kind = JmaXmlDecoder.Kind, Type = FeedRecordType.Warning, Id = telegram.Id, Revision = telegram.Revision, EventTime = telegram.TargetTime(findings),
            Severity = worst switch { 4 => nameof(Severity.Extreme), 3 => nameof(Severity.Severe), 2 => nameof(Severity.Moderate), 1 => nameof(Severity.Minor), _ => null },
            Status = telegram.Status,
            Cancel = telegram.Cancel || worst == 0,
            Findings = findings.Items,
        };
    }

    private static bool IsWarning(string kind) => kind.Contains("警報", StringComparison.Ordinal) || kind.Contains("注意報", StringComparison.Ordinal) || kind.Contains("津波予報", StringComparison.Ordinal)
        || kind.Contains("警戒", StringComparison.Ordinal) || kind.Contains("解除", StringComparison.Ordinal);

    /// <summary>0 lifted, 1 forecast, 2 advisory, 3 warning, 4 emergency or major tsunami warning.</summary>
    private static int SeverityOf(string kind)
    {
        if (kind.Contains("解除", StringComparison.Ordinal)) return 0;
        if (kind.Contains("特別警報", StringComparison.Ordinal) || kind.Contains("大津波警報", StringComparison.Ordinal) || kind.Contains("避難", StringComparison.Ordinal)) return 4;
        if (kind.Contains("警報", StringComparison.Ordinal)) return 3;
        return kind.Contains("注意報", StringComparison.Ordinal) || kind.Contains("警戒", StringComparison.Ordinal) ? 2 : 1;
    }
}
