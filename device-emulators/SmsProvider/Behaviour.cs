using System.Text.Json;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Which status callbacks are sent.</summary>
public enum CallbackMode
{
    /// <summary>Nothing is reported.</summary>
    None,

    /// <summary>One a message: delivered or undelivered.</summary>
    Final,

    /// <summary><c>sent</c> too.</summary>
    All,
}

/// <summary>A span of time in whole milliseconds, written <c>MIN-MAX</c>.</summary>
public readonly record struct DelayRange(int MinMilliseconds, int MaxMilliseconds)
{
    /// <summary>Reads <c>200-3000</c> or <c>200</c>; each 0…3,600,000 and the first not above the second.</summary>
    public static DelayRange Parse(string text)
    {
        var parts = text.Split('-');
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        if (parts.Length <= 2
            && int.TryParse(parts[0], System.Globalization.NumberStyles.None, culture, out var min)
            && int.TryParse(parts[^1], System.Globalization.NumberStyles.None, culture, out var max)
            && min <= max && max <= 3_600_000)
        {
            return new DelayRange(min, max);
        }

        throw new UsageException($"'{text}' is no delay: write MIN-MAX in milliseconds");
    }

    /// <summary>The point of the range at <paramref name="share"/> (0…1), in nanoseconds.</summary>
    public long At(double share) => (long)((MinMilliseconds + (share * (MaxMilliseconds - MinMilliseconds))) * 1e6);
}

/// <summary>How the provider behaves and misbehaves. Replaced as a whole by <c>POST /control</c>; every request reads one snapshot.</summary>
public sealed record Behaviour
{
    /// <summary>Which callbacks are sent.</summary>
    public CallbackMode Callbacks { get; init; } = CallbackMode.Final;

    /// <summary>From acceptance to the final callback.</summary>
    public DelayRange CallbackDelay { get; init; } = new(200, 3000);

    /// <summary>Share of messages delivered (0…1); of the rest half is undelivered, half gets no receipt.</summary>
    public double Delivered { get; init; } = 0.97;

    /// <summary>Share of delivered messages answered <c>1</c> (0…1).</summary>
    public double Reply { get; init; }

    /// <summary>From delivery to the reply.</summary>
    public DelayRange ReplyDelay { get; init; } = new(1000, 20000);

    /// <summary>Creates a second beyond which 429 is answered; 0 = no limit.</summary>
    public int ThrottlePerSecond { get; init; }

    /// <summary>Share of creates accepted and then answered 500 (0…1).</summary>
    public double Fail5xx { get; init; }

    /// <summary>Share of creates accepted and then cut off without an answer (0…1).</summary>
    public double Cut { get; init; }

    /// <summary>Share of creates accepted and then left without an answer, on a connection that stays open (0…1).</summary>
    public double Hang { get; init; }

    /// <summary>Nothing is accepted: every connection that asks is cut. Only <c>POST /control</c> and <c>GET /stats</c> are answered.</summary>
    public bool Dead { get; init; }

    /// <summary>How often each callback is posted (1…100), at moments drawn from the callback delay, so that they come in any order.</summary>
    public int CallbackCopies { get; init; } = 1;

    /// <summary>Share of numbers that always get 400 21211 (0…1).</summary>
    public double Reject { get; init; }

    /// <summary>Holds all callbacks and replies back.</summary>
    public bool PauseCallbacks { get; init; }

    /// <summary>Reads the options that carry the same names.</summary>
    public static Behaviour From(Arguments arguments) => new()
    {
        Callbacks = ParseMode(arguments.Required("--callbacks")),
        CallbackDelay = DelayRange.Parse(arguments.Required("--callback-delay-ms")),
        Delivered = arguments.Number("--delivered", 0, 1),
        Reply = arguments.Number("--reply", 0, 1),
        ReplyDelay = DelayRange.Parse(arguments.Required("--reply-delay-ms")),
        ThrottlePerSecond = arguments.WholeNumber("--throttle-per-second"),
        Fail5xx = arguments.Number("--fail5xx", 0, 1),
        Cut = arguments.Number("--cut", 0, 1),
        Hang = arguments.Number("--hang", 0, 1),
        CallbackCopies = arguments.WholeNumber("--callback-copies", 1, 100),
        Reject = arguments.Number("--reject", 0, 1),
    };

    /// <summary>The same with the members of a control document changed; unknown members are ignored.</summary>
    /// <exception cref="UsageException">A known member has an impossible value.</exception>
    public Behaviour With(JsonElement control)
    {
        if (control.ValueKind != JsonValueKind.Object) throw new UsageException("the document must be a JSON object");
        var next = this;
        foreach (var member in control.EnumerateObject())
        {
            next = member.Name switch
            {
                "callbacks" => next with { Callbacks = ParseMode(Text(member)) },
                "callbackDelayMs" => next with { CallbackDelay = DelayRange.Parse(Text(member)) },
                "delivered" => next with { Delivered = Share(member) },
                "reply" => next with { Reply = Share(member) },
                "replyDelayMs" => next with { ReplyDelay = DelayRange.Parse(Text(member)) },
                "throttlePerSecond" => next with { ThrottlePerSecond = Count(member) },
                "fail5xx" => next with { Fail5xx = Share(member) },
                "cut" => next with { Cut = Share(member) },
                "hang" => next with { Hang = Share(member) },
                "dead" => next with { Dead = member.Value.ValueKind == JsonValueKind.True },
                "callbackCopies" => next with { CallbackCopies = Count(member) is >= 1 and <= 100 and var copies ? copies : throw new UsageException("callbackCopies must be from 1 to 100") },
                "reject" => next with { Reject = Share(member) },
                "pauseCallbacks" => next with { PauseCallbacks = member.Value.ValueKind == JsonValueKind.True },
                _ => next,
            };
        }

        return next;
    }

    private static CallbackMode ParseMode(string text) => text switch
    {
        "none" => CallbackMode.None,
        "final" => CallbackMode.Final,
        "all" => CallbackMode.All,
        _ => throw new UsageException($"'{text}' is none of none, final, all"),
    };

    private static string Text(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw new UsageException($"{member.Name} must be text");

    private static double Share(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.GetDouble() is >= 0 and <= 1 and var value
            ? value
            : throw new UsageException($"{member.Name} must be from 0 to 1");

    private static int Count(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out var value) && value >= 0
            ? value
            : throw new UsageException($"{member.Name} must be a whole number, 0 or more");
}
