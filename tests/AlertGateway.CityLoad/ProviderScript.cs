using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AlertGateway.CityLoad;

/// <summary>
/// What the SMS provider does wrong, and when: lines of seconds and a control document, such as <c>10 {"dead":true}</c>; <c>#</c> begins a comment. The documents are those of the emulator's <c>POST /control</c>.
/// </summary>
internal sealed class ProviderScript
{
    private readonly List<(double Seconds, string Json)> _steps = [];

    public int Steps => _steps.Count;

    /// <exception cref="FormatException">A line is no step; its number is named.</exception>
    public static ProviderScript Parse(IEnumerable<string> lines)
    {
        var script = new ProviderScript();
        int number = 0;
        foreach (string raw in lines)
        {
            number++;
            string line = raw.Split('#', 2)[0].Trim();
            if (line.Length == 0) continue;
            string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || !double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) || !IsObject(parts[1])) throw new FormatException($"line {number}: seconds and a JSON object, such as 10 {{\"dead\":true}}");
            script._steps.Add((seconds, parts[1]));
        }
        script._steps.Sort((a, b) => a.Seconds.CompareTo(b.Seconds));
        return script;
    }

    /// <summary>Plays it from now on against the provider at this address.</summary>
    public async Task RunAsync(Uri provider, Action<string> say, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = provider };
        var watch = Stopwatch.StartNew();
        foreach (var (seconds, json) in _steps)
        {
            var wait = TimeSpan.FromSeconds(seconds) - watch.Elapsed;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellationToken);
            using var body = new StringContent(json, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("/control", UriKind.Relative), body, cancellationToken);
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"The provider refused {json}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            say($"{watch.Elapsed.TotalSeconds,6:0.0} s  短信平台 · SMS provider {json}");
        }
    }

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
