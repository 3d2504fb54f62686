using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// Which languages a village's loudspeakers speak, in which order (<c>config/cities/{city}/languages.json</c>). An order is a list of <c>zh</c>, <c>en</c> and codes of recorded dialects, such as <c>wuu</c> for 溧阳话,
/// whose clips stand in <c>config/clips/{code}</c>. Order 0 is for every village that is not named, and for transmitters.
/// </summary>
public sealed record VillageLanguages
{
    /// <summary>Every order is a programme of its own to render and to approve.</summary>
    public const int OrdersMax = 8;

    private const int LanguagesMax = 4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 8,
    };

    /// <summary>Chinese, then English, everywhere.</summary>
    public static readonly VillageLanguages Default = new() { Orders = [["zh", "en"]] };

    public required IReadOnlyList<IReadOnlyList<string>> Orders { get; init; }

    /// <summary>Division code, or the beginning of one (a town's), to the place in <see cref="Orders"/>; the longest that fits decides.</summary>
    public IReadOnlyDictionary<string, int> Villages { get; init; } = new Dictionary<string, int>();

    /// <exception cref="InvalidDataException">All that is wrong with it.</exception>
    public static VillageLanguages Parse(string json)
    {
        VillageLanguages? read;
        try
        {
            read = JsonSerializer.Deserialize<VillageLanguages>(json, Json);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"languages.json: {exception.Message}", exception);
        }
        var problems = read is null ? ["it is empty."] : read.Problems();
        return problems.Count == 0 ? read! : throw new InvalidDataException("languages.json: " + string.Join(' ', problems));
    }

    /// <summary>The order of a village, by its division code.</summary>
    public byte OrderOf(string villageCode)
    {
        ArgumentNullException.ThrowIfNull(villageCode);
        var best = "";
        foreach (var code in Villages.Keys) if (code.Length > best.Length && villageCode.StartsWith(code, StringComparison.Ordinal)) best = code;
        return best.Length == 0 ? (byte)0 : (byte)Villages[best];
    }

    private List<string> Problems()
    {
        var problems = new List<string>();
        if (Orders.Count is 0 or > OrdersMax) problems.Add($"there are 1 to {OrdersMax} orders.");
        foreach (var order in Orders)
        {
            if (order.Count is 0 or > LanguagesMax || order.Distinct(StringComparer.Ordinal).Count() != order.Count) problems.Add($"an order has 1 to {LanguagesMax} languages, none twice.");
            if (order.Any(language => language.Length is < 2 or > 8 || !language.All(char.IsAsciiLetterLower))) problems.Add("a language is two to eight small letters.");
            // Whoever hears only a dialect that is not recorded would hear nothing.
            if (!order.Contains("zh") && !order.Contains("en")) problems.Add("every order holds zh or en.");
        }
        if (Orders.Select(order => string.Join('+', order)).Distinct(StringComparer.Ordinal).Count() != Orders.Count) problems.Add("an order stands there twice.");
        foreach (var (code, order) in Villages)
        {
            if (code.Length is < 2 or > 12 || !code.All(char.IsAsciiDigit)) problems.Add($"\"{code}\" is no division code.");
            if (order < 0 || order >= Orders.Count) problems.Add($"{code} has order {order}, which is not there.");
        }
        return problems;
    }
}
