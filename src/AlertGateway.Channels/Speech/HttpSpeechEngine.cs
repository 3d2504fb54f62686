using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security;
using System.Text;
using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// A speech engine behind HTTP. What comes back counts only if it is a WAV: gateways answer 200 with a JSON error in it.
/// After some failures in a row it rests, so that a dead engine does not delay a warning sentence by sentence. Thread-safe.
/// </summary>
public sealed class HttpSpeechEngine(HttpSpeechOptions options, HttpClient http, TimeProvider clock) : ISpeechEngine
{
    private const int BytesMax = 32 * 1024 * 1024;
    private const int NormalWordsPerMinute = 175; // what these engines call speed 1

    private int _failures;
    private long _restsUntilTicks;

    public string Name => options.Name;

    public async Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (options.Address is null) return SpeechOutcome.Failed("no address is configured");
        if (clock.GetUtcNow().UtcTicks < Volatile.Read(ref _restsUntilTicks)) return SpeechOutcome.Failed("resting after failures in a row");
        var outcome = await TryAsync(request, cancellationToken);
        if (outcome.Sound is not null) Volatile.Write(ref _failures, 0);
        else if (Interlocked.Increment(ref _failures) >= options.FailuresMax)
        {
            Volatile.Write(ref _restsUntilTicks, (clock.GetUtcNow() + options.Rest).UtcTicks);
            Volatile.Write(ref _failures, 0);
        }
        return outcome;
    }

    private async Task<SpeechOutcome> TryAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var message = await MessageAsync(request, linked.Token);
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (!response.IsSuccessStatusCode) return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}"));
            var type = response.Content.Headers.ContentType?.MediaType ?? "";
            if (type.Contains("json", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)) return SpeechOutcome.Failed($"answered with {type} instead of sound");
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            return await ReadAsync(body, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"gave no answer within {options.Timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return SpeechOutcome.Failed(exception is HttpRequestException ? "cannot be reached" : "its connection or key file failed");
        }
    }

    private static async Task<SpeechOutcome> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var collected = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (collected.Length + read > BytesMax) return SpeechOutcome.Failed("answered with too much sound");
            collected.Write(buffer, 0, read);
        }
        return WavFile.TryRead(collected.ToArray(), out var pcm, out var problem) ? SpeechOutcome.Spoken(pcm!) : SpeechOutcome.Failed($"answered with no readable sound: {problem}");
    }

    private async Task<HttpRequestMessage> MessageAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        var voice = request.Language == "zh" ? options.ChineseVoice : options.EnglishVoice;
        var key = options.KeyFile is null ? null : (await File.ReadAllTextAsync(options.KeyFile, cancellationToken)).Trim();
        var message = new HttpRequestMessage(HttpMethod.Post, options.Address);
        var speed = Math.Round((double)request.WordsPerMinute / NormalWordsPerMinute, 2);
        switch (options.Dialect)
        {
            case HttpSpeechDialect.OpenAi:
                message.Content = JsonContent.Create(new { model = options.Model, input = request.Script, voice, speed, response_format = "wav" });
                if (key is not null) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                break;
            case HttpSpeechDialect.Piper:
                message.Content = JsonContent.Create(new { text = request.Script, voice, length_scale = Math.Round(1 / speed, 2) });
                break;
            default:
                var language = request.Language == "zh" ? "zh-CN" : "en-US";
                var rate = speed.ToString("0.00", CultureInfo.InvariantCulture);
                message.Content = new StringContent(
                    $"<speak version=\"1.0\" xml:lang=\"{language}\"><voice name=\"{SecurityElement.Escape(voice)}\"><prosody rate=\"{rate}\">{SecurityElement.Escape(request.Script)}</prosody></voice></speak>",
                    Encoding.UTF8, "application/ssml+xml");
                message.Headers.Add("X-Microsoft-OutputFormat", "riff-24khz-16bit-mono-pcm");
                if (key is not null) message.Headers.Add("Ocp-Apim-Subscription-Key", key);
                break;
        }
        return message;
    }
}
