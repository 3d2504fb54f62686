using System.Collections.Concurrent;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Tests.Channels;

/// <summary>A gate that a test opens and closes.</summary>
internal sealed class SwitchGate : ISendGate
{
    private volatile bool _open = true;

    public bool IsOpen => _open;

    public void Close() => _open = false;
}

/// <summary>Remembers receipts; can hold them back to show that the far side is answered only afterwards.</summary>
internal sealed class RecordingSink : IReceiptSink
{
    private readonly System.Threading.Channels.Channel<Receipt> _arrived = System.Threading.Channels.Channel.CreateUnbounded<Receipt>();

    public ConcurrentQueue<Receipt> Receipts { get; } = [];

    public ConcurrentQueue<int> Acknowledged { get; } = [];

    public TaskCompletionSource? Hold { get; set; }

    public ReceiptVerdict Verdict { get; set; } = ReceiptVerdict.Recorded;

    public async ValueTask<ReceiptVerdict> ReportAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        Receipts.Enqueue(receipt);
        _arrived.Writer.TryWrite(receipt);
        if (Hold is { } hold) await hold.Task.WaitAsync(cancellationToken);
        return Verdict;
    }

    public ValueTask<ReceiptVerdict> AcknowledgeNewestAsync(int endpointNo, CancellationToken cancellationToken)
    {
        Acknowledged.Enqueue(endpointNo);
        return new(Verdict);
    }

    public ValueTask<Receipt> NextAsync(CancellationToken cancellationToken) => _arrived.Reader.ReadAsync(cancellationToken);
}

internal sealed class RecordingRefusals : IRefusalLog
{
    private readonly System.Threading.Channels.Channel<string> _arrived = System.Threading.Channels.Channel.CreateUnbounded<string>();

    public ConcurrentQueue<(string Code, string Sentence)> Entries { get; } = [];

    public void Refused(string code, string sentence)
    {
        Entries.Enqueue((code, sentence));
        _arrived.Writer.TryWrite(code);
    }

    public ValueTask<string> NextAsync(CancellationToken cancellationToken) => _arrived.Reader.ReadAsync(cancellationToken);
}

internal sealed class RecordingWakes : IWakeSink
{
    private readonly System.Threading.Channels.Channel<int> _online = System.Threading.Channels.Channel.CreateUnbounded<int>();

    public void EndpointOnline(ChannelKind channel, int endpointNo) => _online.Writer.TryWrite(endpointNo);

    public ValueTask<int> NextAsync(CancellationToken cancellationToken) => _online.Reader.ReadAsync(cancellationToken);
}

/// <summary>Repeat plans as a test says they are.</summary>
internal sealed class RecordingPlans : IHornPlans
{
    public HashSet<string> Over { get; } = [];

    public List<OutgoingDelivery> ToHave { get; } = [];

    public List<DeliveryTag> Evacuated { get; } = [];

    public bool IsOver(in DeliveryTag tag) => Over.Contains(tag.ToString());

    public IReadOnlyList<OutgoingDelivery> Living(int endpointNo) => [.. ToHave.Where(d => d.Tag.Key.EndpointNo == endpointNo)];

    public Task<bool> EvacuatedAsync(DeliveryTag tag, Core.Tracking.Actor by, CancellationToken cancellationToken)
    {
        Evacuated.Add(tag);
        return Task.FromResult(true);
    }
}

/// <summary>A folder of the test's own that goes away with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agw-channels-");

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A file that only its owner reads.</summary>
    public string Secret(string name, string text)
    {
        File.WriteAllText(this[name], text);
        SetMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return this[name];
    }

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal static class Make
{
    public static Rendition ARendition(ChannelKind channel, string text, string status = "Actual", Purpose purpose = Purpose.Original, string? programme = null, long programmeBytes = 0) => new()
    {
        Channel = channel,
        Purpose = purpose,
        Language = "zh",
        Status = status,
        Text = text,
        ProgrammeSha256 = programme,
        ProgrammeBytes = programmeBytes,
        ProgrammeDuration = programme is null ? TimeSpan.Zero : TimeSpan.FromSeconds(2),
        Colour = WarningColour.Red,
        Sha256 = new string('a', 64),
    };

    public static OutgoingDelivery ADelivery(Rendition rendition, int endpointNo, ReadOnlyMemory<byte> address, DateTimeOffset now, ISendGate? gate = null, bool exercise = false, int disseminationNo = 7, DeliveryTag? takesBack = null) => new()
    {
        Tag = new DeliveryTag(new DeliveryKey(disseminationNo, endpointNo, rendition.Channel, rendition.Purpose), 1),
        Rendition = rendition,
        Address = address,
        ExerciseEndpoint = exercise,
        NotAfterTicks = now.UtcTicks + TimeSpan.TicksPerHour,
        StartedTicks = now.UtcTicks,
        Gate = gate ?? new SwitchGate(),
        TakesBack = takesBack,
    };
}
