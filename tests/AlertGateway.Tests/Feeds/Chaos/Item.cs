using System.Globalization;
using System.Text.RegularExpressions;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>One thing that an upstream published.</summary>
/// <param name="Number">1 to 9,999; the last four digits of its identity.</param>
/// <param name="Revision">From 0.</param>
internal readonly partial record struct Item(int Number, int Revision, DateTimeOffset Time)
{
    /// <summary>Its magnitude or stage: a thousandth for each item, a tenth for each revision, so that every revision has a value of its own.</summary>
    public double Value => Math.Round(3 + (Number / 10_000.0) + (Revision / 10.0), 4);

    /// <summary>Identity and what it says, as the book of the suite knows it.</summary>
    public string NameWithValue => string.Create(CultureInfo.InvariantCulture, $"{Number:0000}={Value:0.0000}");

    public string Name => Number.ToString("0000", CultureInfo.InvariantCulture);

    public string ValueText => Value.ToString("0.0000", CultureInfo.InvariantCulture);

    public string ValueName => ValueText;

    public static string NameOf(FeedRecord record) => Digits.Match(record.Id) is { Success: true } m ? m.Value : record.Id;

    public static string NameWithValueOf(FeedRecord record) => string.Create(CultureInfo.InvariantCulture, $"{NameOf(record)}={record.Value:0.0000}");

    public static string ValueNameOf(FeedRecord record) => string.Create(CultureInfo.InvariantCulture, $"{record.Value:0.0000}");

    [GeneratedRegex("[0-9]{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex Digits { get; }
}
