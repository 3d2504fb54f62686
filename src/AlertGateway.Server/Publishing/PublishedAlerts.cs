using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Publishing;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Web;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Publishing;

/// <summary>A document as it is served.</summary>
/// <param name="ETag">Quoted; the same for the same content, over restarts too.</param>
/// <param name="Modified">Whole seconds.</param>
public sealed record PublishedDocument(byte[] Bytes, string ETag, DateTimeOffset Modified);

/// <summary>The gateway's own alerts as an Atom feed and as signed CAP documents. Thread-safe; a document is signed once and served as it is from then on.</summary>
public sealed class PublishedAlerts(IDesk desk, ITrackingBoard board, PublishingKey key, IOptions<PublishingOptions> options, TimeProvider clock)
{
    private const int DisseminationsMax = 200;
    private readonly ConcurrentDictionary<string, PublishedDocument> _documents = new(StringComparer.Ordinal);

    public PublishedDocument Feed()
    {
        var alerts = Current();
        var updated = alerts.Select(a => a.Sent!.Value).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Max();
        var sender = options.Value.Sender;
        var bytes = AtomFeedWriter.Write($"urn:agw:{sender}:alerts", options.Value.Title, sender, "alerts.atom", updated,
            [.. alerts.Select(a => new AtomAlert($"urn:agw:{sender}:{a.Identifier}", Title(a), $"{a.MsgType} {a.Source}", a.Sent!.Value, $"alerts/{a.Identifier}.xml"))]);
        return new PublishedDocument(bytes, ETag(bytes), updated);
    }

    /// <summary>Null when there is no such alert, or no longer.</summary>
    public PublishedDocument? Find(string identifier)
    {
        if (Current().FirstOrDefault(a => a.Identifier == identifier) is not { } alert) return null;
        var unsigned = CapWriter.Write(alert);
        // Elliptic signatures differ each time, so the tag rests on what is signed and by which key.
        var tag = ETag([.. unsigned, .. Encoding.ASCII.GetBytes(key.KeyId)]);
        if (_documents.Count > 4 * DisseminationsMax) _documents.Clear();
        return _documents.GetOrAdd(tag, t => new PublishedDocument(key.Sign(unsigned), t, alert.Sent!.Value));
    }

    private IReadOnlyList<Alert> Current() => OwnAlerts.Of(
        board.Disseminations.Take(DisseminationsMax).Select(d => desk.FindProposal(d.ProposalNo) is { } p ? new Cleared(d, p, EndOf(d)) : null).OfType<Cleared>(),
        new PublisherName(options.Value.Sender, TimeSpan.FromHours(options.Value.KeepHours)), clock.GetUtcNow());

    private long? EndOf(DisseminationView view) =>
        view.State == DisseminationState.Cancelled ? board.Timeline(view.DisseminationNo).Where(t => t.Code == "cancelled").Select(t => (long?)t.AtTicks).FirstOrDefault() ?? view.ClearedTicks : null;

    private static string Title(Alert alert) => alert.Infos.Select(i => i.Headline ?? i.Event).FirstOrDefault(t => t.Length > 0) ?? $"{alert.MsgType} {alert.References.Select(r => r.Identifier).LastOrDefault()}";

    private static string ETag(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
}
