using System.IO.Compression;
using AlertGateway.Cap;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Dwd;

/// <summary>
/// The warnings of Deutscher Wetterdienst: a zip archive with one CAP document per warning (opendata.dwd.de, "COMMUNEUNION"), or one such document.
/// Nothing is unpacked to disk, and what a member says about its own size is not believed.
/// </summary>
public static class DwdDecoder
{
    public const string Kind = "dwd";

    private const int MembersMax = 5_000;
    private const int MemberBytesMax = 5_767_168;
    private const long AllBytesMax = 256L << 20;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var sink = new RecordSink();
        if (bytes.Length > FeedXml.BytesMax) return sink.Refuse(FindingCodes.TooLarge, $"The archive has {bytes.Length} bytes; at most {FeedXml.BytesMax} are read.");
        if (!bytes.Span.StartsWith("PK"u8)) CapRecords.Add(Kind, CapReader.Read(bytes, CapRecords.Options(receivedAt)), "", sink);
        else
        {
            try
            {
                using var archive = new ZipArchive(new MemoryStream(bytes.ToArray(), writable: false), ZipArchiveMode.Read);
                Members(archive, sink, receivedAt);
            }
            catch (Exception e) when (IsBroken(e))
            {
                sink.Document.Add(FindingCodes.FeedArchive, "", "The archive is broken.");
            }
        }

        return sink.ToDecode();
    }

    private static void Members(ZipArchive archive, RecordSink sink, DateTimeOffset? receivedAt)
    {
        var left = AllBytesMax;
        var index = 0;
        foreach (var entry in archive.Entries)
        {
            var path = $"member[{index}]";
            if (index++ == MembersMax || left <= 0)
            {
                sink.Document.Add(FindingCodes.FeedArchive, path, "The archive holds more than is read.");
                return;
            }

            if (!entry.Name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)) continue;
            try
            {
                if (Unpack(entry, ref left) is { } document) CapRecords.Add(Kind, CapReader.Read(document, CapRecords.Options(receivedAt)), path, sink);
                else sink.Document.Add(FindingCodes.FeedArchive, path, $"The member has more than {MemberBytesMax} bytes.");
            }
            catch (Exception e) when (IsBroken(e))
            {
                sink.Document.Add(FindingCodes.FeedArchive, path, "The member is broken.");
            }
        }
    }

    private static byte[]? Unpack(ZipArchiveEntry entry, ref long left)
    {
        using var from = entry.Open();
        using var to = new MemoryStream();
        var block = new byte[65_536];
        for (int read; (read = from.Read(block)) > 0;)
        {
            left -= read;
            if (to.Length + read > MemberBytesMax || left < 0) return null;
            to.Write(block, 0, read);
        }

        return to.ToArray();
    }

    // The archive reader throws each of these for bytes that are no archive, an unknown compression or an offset outside the file.
    private static bool IsBroken(Exception e) => e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException;
}
