using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using AlertGateway.Emulators.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// The HTTP face. It runs right on Kestrel's features, without the hosting pipeline, so that a create costs little more than
/// Kestrel itself; 4xx and 5xx answers are Twilio's JSON.
/// </summary>
internal sealed class ProviderApplication(
    SmsProviderOptions options, MessageStore store, Acceptance acceptance, ProviderStats stats, BehaviourCell behaviour, TimeProvider clock)
    : IHttpApplication<IFeatureCollection>
{
    private const int BodyBytesMax = 64 * 1024;
    private readonly MessageJson _json = new(options.Account, options.Seed);
    private readonly MessageList _list = new(store, options);
    private readonly string _collection = $"/2010-04-01/Accounts/{options.Account}/Messages.json";
    private readonly string _items = $"/2010-04-01/Accounts/{options.Account}/Messages/";
    private readonly string _authorization =
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Account}:{options.AuthToken}"));

    /// <inheritdoc/>
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc/>
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        if (exception is not null) Console.Error.WriteLine(exception);
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var mono = Monotonic.Nanoseconds;
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var path = request.Path;
        if (path == "/stats" && request.Method == "GET") return AnswerAsync(context, 200, stats.ToJson());
        if (path == "/control" && request.Method == "POST") return ControlAsync(context);
        if (behaviour.Value.Dead)
        {
            Interlocked.Increment(ref stats.Dead);
            context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            return Task.CompletedTask;
        }

        if (!path.StartsWith("/2010-04-01/Accounts/", StringComparison.Ordinal)) return AnswerAsync(context, ProviderError.NotFound);
        if (!string.Equals(request.Headers.Authorization, _authorization, StringComparison.Ordinal))
        {
            context.GetRequiredFeature<IHttpResponseFeature>().Headers.WWWAuthenticate = "Basic realm=\"Twilio API\"";
            return AnswerAsync(context, ProviderError.Authenticate);
        }

        if (path == _collection)
        {
            return request.Method switch
            {
                "POST" => CreateAsync(context, request, mono),
                "GET" => AnswerAsync(context, 200, _list.Read(request.QueryString, mono)),
                _ => AnswerAsync(context, ProviderError.Method),
            };
        }

        if (path.StartsWith(_items, StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal) && path.Length > _items.Length + 5)
        {
            if (request.Method != "GET") return AnswerAsync(context, ProviderError.Method);
            var number = MessageSid.Number(options.Seed, path.AsSpan(_items.Length..^5));
            return store.TryGet(number, out var message) ? AnswerAsync(context, 200, in message, mono) : AnswerAsync(context, ProviderError.NotFound);
        }

        return AnswerAsync(context, ProviderError.NotFound);
    }

    private Task CreateAsync(IFeatureCollection context, IHttpRequestFeature request, long mono)
    {
        if (!request.Headers.ContentType.ToString().StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return AnswerAsync(context, ProviderError.MediaType);
        var reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        if (reader.TryRead(out var result))
        {
            if (result.IsCompleted) return DecideAsync(context, reader, result, mono);
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        return CreateSlowlyAsync(context, reader, mono);
    }

    private async Task CreateSlowlyAsync(IFeatureCollection context, PipeReader reader, long mono)
    {
        // A completed read comes with the end of the body; anything less is put back until more has arrived.
        var result = await reader.ReadAsync();
        while (!result.IsCompleted)
        {
            if (result.Buffer.Length > BodyBytesMax)
            {
                await AnswerAsync(context, ProviderError.TooLarge);
                return;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await reader.ReadAsync();
        }

        await DecideAsync(context, reader, result, mono);
    }

    private Task DecideAsync(IFeatureCollection context, PipeReader reader, ReadResult result, long mono)
    {
        var body = result.Buffer;
        if (body.Length > BodyBytesMax) return AnswerAsync(context, ProviderError.TooLarge);
        Verdict verdict;
        Message message;
        ProviderError? error;
        var now = clock.GetUtcNow().UtcTicks;
        if (body.IsSingleSegment)
        {
            verdict = acceptance.Decide(body.FirstSpan, behaviour.Value, mono, now, out message, out error);
        }
        else
        {
            var length = (int)body.Length;
            var rented = ArrayPool<byte>.Shared.Rent(length);
            body.CopyTo(rented);
            verdict = acceptance.Decide(rented.AsSpan(0, length), behaviour.Value, mono, now, out message, out error);
            ArrayPool<byte>.Shared.Return(rented);
        }

        reader.AdvanceTo(body.End);
        switch (verdict)
        {
            case Verdict.Created:
                return AnswerAsync(context, 201, in message, message.CreatedMono - 1); // The 201 always shows the first status.
            case Verdict.AcceptedThen500:
                return AnswerAsync(context, ProviderError.Internal);
            case Verdict.AcceptedThenCut:
                context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
                return Task.CompletedTask;
            case Verdict.AcceptedThenHang:
                return UntilGoneAsync(context.GetRequiredFeature<IHttpRequestLifetimeFeature>());
            default:
                return AnswerAsync(context, error!);
        }
    }

    /// <summary>Says nothing until the caller gives up; cut after all when that takes ten minutes.</summary>
    private static async Task UntilGoneAsync(IHttpRequestLifetimeFeature request)
    {
        await Task.Delay(TimeSpan.FromMinutes(10), request.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        request.Abort();
    }

    private async Task ControlAsync(IFeatureCollection context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.GetRequiredFeature<IHttpRequestFeature>().Body);
            behaviour.Change(document.RootElement);
            await AnswerAsync(context, 200, "{\"ok\":true}"u8.ToArray());
        }
        catch (Exception ex) when (ex is JsonException or UsageException)
        {
            await AnswerAsync(context, 400, JsonSerializer.SerializeToUtf8Bytes(new { code = 20001, message = ex.Message, status = 400 }));
        }
    }

    private Task AnswerAsync(IFeatureCollection context, int status, in Message message, long mono)
    {
        var rented = ArrayPool<byte>.Shared.Rent(_json.SizeMax(in message));
        var length = _json.Write(rented, in message, mono);
        var answering = WriteAsync(context, status, rented.AsMemory(0, length));
        ArrayPool<byte>.Shared.Return(rented); // The pipe has copied it.
        return answering;
    }

    private static Task AnswerAsync(IFeatureCollection context, ProviderError error) => AnswerAsync(context, error.Status, error.Body);

    private static Task AnswerAsync(IFeatureCollection context, int status, byte[] json) => WriteAsync(context, status, json);

    private static Task WriteAsync(IFeatureCollection context, int status, ReadOnlyMemory<byte> json)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = status;
        response.Headers.ContentType = "application/json;charset=utf-8";
        response.Headers.ContentLength = json.Length;
        var writing = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(json);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }
}

/// <summary>The behaviour in force; replaced whole.</summary>
internal sealed class BehaviourCell(Behaviour initial)
{
    private readonly Lock _gate = new();
    private Behaviour _value = initial;

    /// <summary>The behaviour in force.</summary>
    public Behaviour Value => Volatile.Read(ref _value);

    /// <summary>Applies a control document, all of it or, when a member is impossible, nothing.</summary>
    public void Change(JsonElement control)
    {
        lock (_gate) Volatile.Write(ref _value, _value.With(control));
    }
}
