using System.Globalization;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>What becomes of one create.</summary>
internal enum Verdict
{
    /// <summary>201.</summary>
    Created,

    /// <summary>4xx; nothing was kept.</summary>
    Refused,

    /// <summary>Kept, answered 500.</summary>
    AcceptedThen500,

    /// <summary>Kept, connection cut.</summary>
    AcceptedThenCut,

    /// <summary>Kept, never answered.</summary>
    AcceptedThenHang,
}

/// <summary>Decides creates: refuses or keeps the message, writes the journal, plans what the network will do with it.</summary>
internal sealed class Acceptance(ProviderTables tables, MessageStore store, Journal journal, ProviderStats stats, CallbackSchedule schedule, ulong seed)
{
    private long _throttleWindow; // second of the monotonic clock << 24 | creates seen in it

    /// <summary>Decides one create.</summary>
    /// <param name="body">The form.</param>
    /// <param name="behaviour">The snapshot this request lives by.</param>
    /// <param name="mono">When the request was first seen.</param>
    /// <param name="now">UTC ticks.</param>
    /// <param name="message">The message kept, unless refused.</param>
    /// <param name="error">Why it was refused.</param>
    public Verdict Decide(ReadOnlySpan<byte> body, Behaviour behaviour, long mono, long now, out Message message, out ProviderError? error)
    {
        var form = CreateForm.Read(body, tables);
        message = default;
        error = null;
        if (behaviour.ThrottlePerSecond > 0 && IsThrottled(mono, behaviour.ThrottlePerSecond))
        {
            Interlocked.Increment(ref stats.Throttled);
            WriteRefusal(mono, "throttle"u8, form.To, default);
            error = ProviderError.TooMany;
            return Verdict.Refused;
        }

        error = form.Problem;
        if (error is null && behaviour.Reject > 0 && Draw.Share(seed, (ulong)form.To, Question.Reject) < behaviour.Reject) error = ProviderError.InvalidTo;
        if (error is not null)
        {
            Interlocked.Increment(ref stats.Rejected);
            WriteRefusal(mono, "reject"u8, form.To, error.Code);
            return Verdict.Refused;
        }

        // The tag names dissemination, endpoint and attempt, so a repeat of a failed attempt draws anew.
        var subject = (ulong)form.To ^ (form.TargetRest is { } rest ? Draw.Digest(rest) : Draw.Mix((ulong)store.Last));
        var share = Draw.Share(seed, subject, Question.Fate);
        message = new Message
        {
            To = form.To,
            CreatedTicks = now,
            CreatedMono = mono,
            FinalMono = mono + behaviour.CallbackDelay.At(Draw.Share(seed, subject, Question.FinalDelay)),
            Text = form.Text!,
            Sender = form.Sender!,
            Target = form.Target,
            TargetRest = form.TargetRest,
            Fate = share < behaviour.Delivered ? Fate.Delivered
                : share < behaviour.Delivered + ((1 - behaviour.Delivered) / 2) ? Fate.Undelivered : Fate.Silent,
        };
        store.Add(ref message);
        WriteAccept(mono, in message);
        stats.Accept(mono);
        schedule.Plan(in message, behaviour, subject);

        if (behaviour.Cut > 0 && Draw.Share(seed, subject, Question.Cut) < behaviour.Cut)
        {
            Interlocked.Increment(ref stats.Cut);
            return Verdict.AcceptedThenCut;
        }

        if (behaviour.Hang > 0 && Draw.Share(seed, subject, Question.Hang) < behaviour.Hang)
        {
            Interlocked.Increment(ref stats.Hung);
            return Verdict.AcceptedThenHang;
        }

        if (behaviour.Fail5xx > 0 && Draw.Share(seed, subject, Question.Fail5xx) < behaviour.Fail5xx)
        {
            Interlocked.Increment(ref stats.Failed5xx);
            return Verdict.AcceptedThen500;
        }

        return Verdict.Created;
    }

    private bool IsThrottled(long mono, int perSecond)
    {
        var second = mono / 1_000_000_000;
        while (true)
        {
            var window = Volatile.Read(ref _throttleWindow);
            var count = window >> 24 == second ? window & 0xFFFFFF : 0;
            if (count >= perSecond) return true;
            if (window >> 24 > second) return false; // A request seen before the window turned: it belongs to the last one.
            if (Interlocked.CompareExchange(ref _throttleWindow, (second << 24) | (count + 1), window) == window) return false;
        }
    }

    private void WriteAccept(long mono, in Message message)
    {
        if (!journal.IsOpen) return;
        ReadOnlySpan<byte> rest = message.TargetRest;
        var end = rest.IndexOfAny((byte)'?', (byte)'#');
        var tag = end < 0 ? rest : rest[..end];
        if (tag.IsEmpty) tag = "-"u8;
        var line = new LineBuffer(stackalloc byte[256]);
        line.Add(mono);
        line.Add("\taccept\t+"u8);
        line.Add(message.To);
        line.Add("\t"u8);
        line.AddSid(seed, message.Number);
        line.Add("\t"u8);
        line.Add(message.Text.Hash16);
        line.Add("\t"u8);
        line.Add(tag[..Math.Min(tag.Length, 128)]);
        journal.Append(line.Written);
    }

    private void WriteRefusal(long mono, ReadOnlySpan<byte> kind, long to, ReadOnlySpan<byte> code)
    {
        if (!journal.IsOpen) return;
        var line = new LineBuffer(stackalloc byte[128]);
        line.Add(mono);
        line.Add("\t"u8);
        line.Add(kind);
        if (to == 0)
        {
            line.Add("\t-"u8);
        }
        else
        {
            line.Add("\t+"u8);
            line.Add(to);
        }

        if (!code.IsEmpty) line.Add("\t"u8);
        line.Add(code);
        journal.Append(line.Written);
    }
}

/// <summary>The questions that the seed answers, each apart from the others.</summary>
internal static class Question
{
    public const uint Fate = 1;
    public const uint FinalDelay = 2;
    public const uint Reject = 3;
    public const uint Cut = 4;
    public const uint Fail5xx = 5;
    public const uint Reply = 6;
    public const uint ReplyDelay = 7;
    public const uint Pause = 8;
    public const uint Hang = 9;
    public const uint Copy = 10;
}

/// <summary>A line put together on the stack.</summary>
internal ref struct LineBuffer(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_length..]);
        _length += bytes.Length;
    }

    public void Add(long number)
    {
        number.TryFormat(_buffer[_length..], out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void AddSid(ulong seed, long number)
    {
        MessageSid.Write(seed, number, _buffer[_length..]);
        _length += MessageSid.Length;
    }
}
