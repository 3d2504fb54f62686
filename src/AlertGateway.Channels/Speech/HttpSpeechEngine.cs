using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security;
using System.Text;
using AlertGateway.Audio;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// A speech engine behind HTTP. What comes back counts only if it is a WAV that can be these words: gateways answer 200 with a JSON error or with silence.
/// After some failures in a row its breaker opens, so that a dead engine does not delay a warning sentence by sentence. It never tries again by itself. Thread-safe.
/// </summary>
public sealed class HttpSpeechEngine(HttpSpeechOptions options, HttpClient http, TimeProvider clock) : ISpeechEngine
{
    private const int BytesMax = 32 * 1024 * 1024;
    private const int NormalWordsPerMinute = 175; // what these engines call speed 1

    private readonly ResiliencePipeline<SpeechOutcome> _pipeline = Pipeline(options, clock);

    public string Name => options.Name;

    public async Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (options.Address is null) return SpeechOutcome.Failed("no address is configured");
        try
        {
            return await _pipeline.ExecuteAsync(async stop => await TryAsync(request, stop), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"gave no answer within {options.Timeout.TotalSeconds:0.#} s"));
        }
        catch (BrokenCircuitException)
        {
            return SpeechOutcome.Failed("resting after failures in a row");
        }
    }

    // The breaker counts what the timeout made of an attempt, so it stands outside.
    private static ResiliencePipeline<SpeechOutcome> Pipeline(HttpSpeechOptions options, TimeProvider clock) => new ResiliencePipelineBuilder<SpeechOutcome> { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SpeechOutcome>
        {
            FailureRatio = 1,
            MinimumThroughput = Math.Max(2, options.FailuresMax),
            SamplingDuration = TimeSpan.FromMinutes(2),
            BreakDuration = options.Rest,
            ShouldHandle = static attempt => new ValueTask<bool>(attempt.Outcome.Exception is TimeoutRejectedException || attempt.Outcome.Result is { Sound: null }),
        })
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
        .Build();

    private async Task<SpeechOutcome> TryAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = await MessageAsync(request, cancellationToken);
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode) return SpeechOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}"));
            var type = response.Content.Headers.ContentType?.MediaType ?? "";
            if (type.Contains("json", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)) return SpeechOutcome.Failed($"answered with {type} instead of sound");
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var outcome = await ReadAsync(body, cancellationToken);
            return outcome.Sound is { } sound && SpeechValidation.ProblemOf(sound, request.Script) is { } bad ? SpeechOutcome.Failed(bad) : outcome;
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
        var voice = request.Language == "en" ? options.EnglishVoice : options.ChineseVoice;
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
                var language = request.Language == "en" ? "en-US" : "zh-CN";
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
