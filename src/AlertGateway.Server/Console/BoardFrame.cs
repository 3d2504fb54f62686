using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>One server-sent event of the board, encoded once for all viewers.</summary>
internal static class BoardFrame
{
    public static ReadOnlyMemory<byte> Snapshot(long no, BoardState? state) => Encode("snapshot", no, w =>
    {
        if (state is not null) WriteState(w, no, null, state);
        else w.WriteNumber("frame", no);
    });

    /// <summary>Totals, and only the villages and channels that changed.</summary>
    public static ReadOnlyMemory<byte> Delta(long no, BoardState? before, BoardState now) => Encode("delta", no, w => WriteState(w, no, before, now));

    /// <summary>Nothing changed; the numbers are fresh all the same.</summary>
    public static ReadOnlyMemory<byte> Beat(long no, DateTimeOffset at) => Encode("beat", no, w =>
    {
        w.WriteNumber("frame", no);
        w.WriteNumber("at", at.ToUnixTimeMilliseconds());
    });

    private static void WriteState(Utf8JsonWriter w, long no, BoardState? before, BoardState now)
    {
        w.WriteNumber("frame", no);
        w.WriteNumber("sequence", now.View.Sequence);
        w.WriteNumber("at", now.At.ToUnixTimeMilliseconds());
        w.WriteString("state", now.View.State.ToString());
        w.WriteNumber("started", now.View.Started);
        w.WriteNumber("households", now.View.Households);
        if (BoardState.Rounded(now.PerSecond) is { } rate) w.WriteNumber("perSecond", rate);
        if (now.Coverage is { } coverage)
        {
            w.WriteNumber("awake", coverage.PersonsAwake);
            w.WriteNumber("notAwake", coverage.PersonsNotAwake);
            WriteNumbers(w, "grades", coverage.ByEvidence);
            WritePlaces(w, "towns", before?.Coverage?.Towns, coverage.Towns);
            WritePlaces(w, "villages", before?.Coverage?.Villages, coverage.Villages);
        }

        w.WriteStartArray("channels");
        foreach (var c in now.View.Channels)
        {
            if (before is not null && before.View.Channels.Contains(c)) continue;
            WriteChannel(w, c);
        }

        w.WriteEndArray();
    }

    private static void WriteChannel(Utf8JsonWriter w, ChannelCounts c)
    {
        w.WriteStartObject();
        w.WriteString("channel", c.Channel.ToString());
        w.WriteString("purpose", c.Purpose.ToString());
        w.WriteNumber("planned", c.Planned);
        w.WriteNumber("open", c.Open);
        w.WriteNumber("inFlight", c.InFlight);
        w.WriteNumber("accepted", c.Accepted);
        w.WriteNumber("delivered", c.Delivered);
        w.WriteNumber("handedOff", c.HandedOff);
        w.WriteNumber("failed", c.Failed);
        w.WriteNumber("suppressed", c.Suppressed);
        w.WriteNumber("possibleDuplicates", c.PossibleDuplicates);
        w.WriteNumber("possibleLoss", c.PossibleLoss);
        w.WriteEndObject();
    }

    private static void WritePlaces(Utf8JsonWriter w, string name, IReadOnlyList<PlaceCoverage>? before, IReadOnlyList<PlaceCoverage> now)
    {
        w.WriteStartObject(name);
        for (int i = 0; i < now.Count; i++)
        {
            // Places keep their order within a dissemination; one that moved is simply sent again.
            if (before is not null && i < before.Count && before[i].Code == now[i].Code && BoardState.SameGrades(before[i].ByEvidence, now[i].ByEvidence)) continue;
            WriteNumbers(w, now[i].Code, now[i].ByEvidence);
        }

        w.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter w, string name, IReadOnlyList<int> numbers)
    {
        w.WriteStartArray(name);
        foreach (int n in numbers) w.WriteNumberValue(n);
        w.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Encode(string name, long no, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {no}\ndata: "), bytes);
        using (var json = new Utf8JsonWriter(bytes)) // escapes line breaks, so one data line holds it all
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        bytes.Write("\n\n"u8);
        return bytes.WrittenMemory;
    }
}
