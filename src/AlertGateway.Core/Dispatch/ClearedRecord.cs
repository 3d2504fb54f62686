using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>The body of a Cleared row: what the dissemination needs to go on after a restart, and what proves its authority (I7).</summary>
public sealed record ClearedRecord
{
    public required int ProposalNo { get; init; }

    public required string Sender { get; init; }

    public required string Identifier { get; init; }

    public required string SentText { get; init; }

    public required long SentTicks { get; init; }

    public required string Headline { get; init; }

    public required string Status { get; init; }

    public required WarningColour Colour { get; init; }

    /// <summary>Severe or Extreme, by colour or by CAP severity.</summary>
    public required bool LifeThreat { get; init; }

    public required long ExpiresTicks { get; init; }

    public required string RegistryVersion { get; init; }

    public required ApprovalHashes Hashes { get; init; }

    public required IReadOnlyList<ApprovalSignature> Signatures { get; init; }
}

/// <summary>The body of a Cancelled row.</summary>
public sealed record CancelRecord(int PersonId, string PersonName, string Rule, string Reason, bool FalseAlarm)
{
    /// <summary>Of a false alarm: horns and transmitters are told also where an attempt on the wire was not taken after all. Rows that do not say so are folded as they always were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ToldToAll { get; init; }
}

/// <summary>The body of a Visited row.</summary>
public sealed record VisitRecord(int PersonId, string PersonName, string Rule);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(KnownEnums)])]
[JsonSerializable(typeof(ClearedRecord))]
[JsonSerializable(typeof(CancelRecord))]
[JsonSerializable(typeof(VisitRecord))]
[JsonSerializable(typeof(Rendition))]
[JsonSerializable(typeof(List<Rendition>))]
[JsonSerializable(typeof(List<Tracking.TimelineEntry>))]
[JsonSerializable(typeof(List<ClosedDissemination>))]
internal sealed partial class DispatchJson : JsonSerializerContext;

/// <summary>Bodies of the rows that open a dissemination.</summary>
internal static class ClearedRows
{
    public static byte[] Body<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Null when the body is not such a record.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="LedgerException">The body is no such record, or a newer program's; the message names the row.</exception>
    public static T Read<T>(long sequence, ReadOnlySpan<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new LedgerException($"Ledger row {sequence} has no body.");
        }
        catch (JsonException ex)
        {
            throw LedgerJson.Unreadable(sequence, ex);
        }
    }

    /// <summary>Audience body: count (int32 LE), numbers (int32 LE each), then one language byte each (none for households).</summary>
    public static byte[] AudienceBody(int[] numbers, byte[] languages)
    {
        var body = new byte[4 + (4 * numbers.Length) + languages.Length];
        BinaryPrimitives.WriteInt32LittleEndian(body, numbers.Length);
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(numbers.AsSpan()).CopyTo(body.AsSpan(4));
        else for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4 + (4 * i)), numbers[i]);
        languages.CopyTo(body.AsSpan(4 + (4 * numbers.Length)));
        return body;
    }

    public static (int[] Numbers, byte[] Languages) ReadAudience(ReadOnlySpan<byte> body)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(body);
        var numbers = new int[count];
        for (int i = 0; i < count; i++) numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(body[(4 + (4 * i))..]);
        return (numbers, body[(4 + (4 * count))..].ToArray());
    }

    /// <summary>All rows of one clearance, to be appended as one batch: audiences, villages' ends, renditions, then Cleared.</summary>
    public static LedgerEvent[] For(int disseminationNo, ClearedAlert cleared, ClearedRecord record)
    {
        var proposal = cleared.Proposal;
        var rows = new List<LedgerEvent>
        {
            Row(LedgerEventKind.AudienceFrozen, disseminationNo, cleared.ClearedTicks, 0, AudienceBody(proposal.Audience.HouseholdNos, [])),
        };
        foreach (ChannelAudience channel in proposal.Audience.Channels)
        {
            rows.Add(Row(LedgerEventKind.AudienceFrozen, disseminationNo, cleared.ClearedTicks, (byte)channel.Channel, AudienceBody(channel.EndpointNos, channel.Languages)));
        }
        if (proposal.Audience.VillageEnds is { Length: > 0 } ends) rows.Add(Row(LedgerEventKind.VillageEnds, disseminationNo, cleared.ClearedTicks, 0, VillageEnds.Body(ends)));
        foreach (var rendition in proposal.Renditions)
        {
            rows.Add(Row(LedgerEventKind.RenditionStored, disseminationNo, cleared.ClearedTicks, (byte)rendition.Channel, Body(rendition, DispatchJson.Default.Rendition)));
        }
        rows.Add(Row(LedgerEventKind.Cleared, disseminationNo, cleared.ClearedTicks, 0, Body(record, DispatchJson.Default.ClearedRecord)));
        return [.. rows];
    }

    private static LedgerEvent Row(LedgerEventKind kind, int disseminationNo, long atTicks, byte channel, byte[] body) =>
        new() { Kind = kind, AtTicks = atTicks, DisseminationNo = disseminationNo, Channel = channel, Body = body };
}
