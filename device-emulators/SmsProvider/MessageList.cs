using System.Buffers;
using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Answers List: newest first, filtered by To, From and the day of sending, in pages.</summary>
internal sealed class MessageList(MessageStore store, SmsProviderOptions options)
{
    private const int PageSizeMax = 1000;
    private const int VisitedMax = 200_000;
    private readonly MessageJson _json = new(options.Account, options.Seed);
    private readonly string _uri = $"/2010-04-01/Accounts/{options.Account}/Messages.json";

    /// <summary>The page that a query string asks for.</summary>
    public byte[] Read(string queryString, long mono)
    {
        var filter = Filter.Parse(queryString);
        var output = new ArrayBufferWriter<byte>(4096);
        Write(output, "{\"messages\":["u8);
        var number = filter.To == 0 ? store.Last : store.NewestTo(filter.To);
        if (filter.Before > 0 && filter.To == 0) number = Math.Min(number, filter.Before - 1);
        var found = 0;
        long oldest = 0;
        var hasMore = false;
        for (var visited = 0; number > 0 && visited < VisitedMax && store.TryGet(number, out var message); visited++)
        {
            var isMatch = filter.Matches(in message) && (filter.Before == 0 || number < filter.Before);
            if (isMatch && found == filter.PageSize)
            {
                hasMore = true;
                break;
            }

            if (isMatch)
            {
                if (found++ > 0) Write(output, ","u8);
                output.Advance(_json.Write(output.GetSpan(_json.SizeMax(in message)), in message, mono));
                oldest = number;
            }

            number = filter.To == 0 ? number - 1 : message.Previous;
        }

        var first = $"{_uri}?{filter.Canonical}";
        var next = hasMore ? $"\"{first}&Page={filter.Page + 1}&PageToken={oldest.ToString(CultureInfo.InvariantCulture)}\"" : "null";
        Write(output, Encoding.ASCII.GetBytes(
            $"],\"end\":{Math.Max(0, found - 1)},\"first_page_uri\":\"{first}\",\"next_page_uri\":{next},\"page\":{filter.Page},\"page_size\":{filter.PageSize},\"previous_page_uri\":null,\"start\":0,\"uri\":\"{first}\"}}"));
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private sealed record Filter
    {
        public long To { get; private set; }

        public long Before { get; private set; }

        public int PageSize { get; private set; } = 50;

        public int Page { get; private set; }

        public string Canonical { get; private set; } = "";

        private string? _from;
        private long _sinceTicks;
        private long _untilTicks = long.MaxValue;

        public static Filter Parse(string queryString)
        {
            var filter = new Filter();
            var kept = new List<string>();
            foreach (var part in queryString.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var text = Uri.UnescapeDataString(part.Replace('+', ' '));
                // "DateSent>=2026-07-05" arrives as the name "DateSent>" and the value "2026-07-05".
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0) continue;
                var (name, value) = (text[..equals], text[(equals + 1)..].Trim());
                switch (name)
                {
                    case "To": filter.To = CreateForm.PhoneNumber(Encoding.UTF8.GetBytes(value)) is > 0 and var to ? to : -1; break;
                    case "From": filter._from = value; break;
                    case "DateSent": (filter._sinceTicks, filter._untilTicks) = (Day(value), Day(value) + TimeSpan.TicksPerDay); break;
                    case "DateSent>": filter._sinceTicks = Day(value); break;
                    case "DateSent<": filter._untilTicks = Day(value) + TimeSpan.TicksPerDay; break;
                    case "PageSize": filter.PageSize = Math.Clamp(Number(value, 50), 1, PageSizeMax); break;
                    case "Page": filter.Page = Math.Max(0, Number(value, 0)); break;
                    case "PageToken": filter.Before = long.TryParse(value, CultureInfo.InvariantCulture, out var before) ? before : 0; break;
                    default: break;
                }

                if (name is "To" or "From" or "DateSent" or "DateSent>" or "DateSent<" or "PageSize")
                    kept.Add($"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");
            }

            filter.Canonical = string.Join('&', kept);
            return filter;
        }

        public bool Matches(in Message message) =>
            (To == 0 || message.To == To)
            && (_from is null || message.Sender.Name == _from)
            && message.CreatedTicks >= _sinceTicks && message.CreatedTicks < _untilTicks;

        private static long Day(string value) =>
            DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var day)
                ? day.Date.Ticks
                : 0;

        private static int Number(string value, int otherwise) =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
    }
}
