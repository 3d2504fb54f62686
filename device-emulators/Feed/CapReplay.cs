using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace AlertGateway.Emulators.Feed;

/// <summary>
/// Moves a CAP document to the present: <c>sent</c> becomes now, <c>effective</c>, <c>onset</c> and <c>expires</c> move by the same
/// constant, each keeps its own offset. The identifier is new, the old identity goes into <c>note</c>, the signature is dropped.
/// </summary>
public static class CapReplay
{
    private static readonly string[] ShiftedNames = ["sent", "effective", "onset", "expires"];

    /// <summary>The document as if it were sent at <paramref name="now"/>.</summary>
    /// <exception cref="XmlException">It is no XML, or brings a DTD.</exception>
    /// <exception cref="FormatException">It has no readable <c>sent</c>.</exception>
    public static byte[] Shift(ReadOnlyMemory<byte> original, DateTimeOffset now)
    {
        var document = CapFile.Parse(original);
        var alert = CapFile.Alert(document);
        var sentText = CapFile.Child(alert, "sent") ?? throw new FormatException("no sent");
        var sent = ParseTime(sentText) ?? throw new FormatException("sent is no time");
        var start = now.ToUnixTimeSeconds();
        var shift = DateTimeOffset.FromUnixTimeSeconds(start) - sent;
        var identity = $"{CapFile.Child(alert, "sender")},{CapFile.Child(alert, "identifier")},{sentText.Trim()}";

        foreach (var element in alert.Descendants().Where(element => ShiftedNames.Contains(element.Name.LocalName)))
            if (ParseTime(element.Value) is { } time) element.Value = Format(time + shift);

        var hash = Convert.ToHexStringLower(SHA256.HashData(original.Span))[..8];
        alert.Elements().First(element => element.Name.LocalName == "identifier").Value =
            string.Create(CultureInfo.InvariantCulture, $"replay-{hash}-{start}");
        var note = alert.Elements().FirstOrDefault(element => element.Name.LocalName == "note");
        if (note is not null) note.Value = identity;
        else PlaceNote(alert, new XElement(alert.Name.Namespace + "note", identity));
        alert.Elements().Where(element => element.Name.LocalName == "Signature").ToList().ForEach(element => element.Remove());
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document.Root!.ToString(SaveOptions.DisableFormatting));
    }

    /// <summary>In CAP 1.2 <c>note</c> comes before references, incidents and info.</summary>
    private static void PlaceNote(XElement alert, XElement note)
    {
        var next = alert.Elements().FirstOrDefault(element => element.Name.LocalName is "references" or "incidents" or "info");
        if (next is null) alert.Add(note);
        else next.AddBeforeSelf(note);
    }

    private static DateTimeOffset? ParseTime(string text) =>
        text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>CAP's form: whole seconds, the offset in figures, UTC as -00:00.</summary>
    private static string Format(DateTimeOffset time) => time.Offset == TimeSpan.Zero
        ? time.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture)
        : time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
