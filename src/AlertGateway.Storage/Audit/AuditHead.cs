using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Storage.Audit;

/// <summary>A signed tree head: what the log held when it had <see cref="Size"/> entries. Its text is one line of the witness file.</summary>
public sealed record AuditHead
{
    private const string Mark = "agw-head";

    /// <summary>Entries under the root.</summary>
    public required long Size { get; init; }

    /// <summary>UTC ticks of the newest ledger row under it.</summary>
    public required long AtTicks { get; init; }

    /// <summary>Merkle tree hash, 64 lower-case hexadecimal digits.</summary>
    public required string Root { get; init; }

    /// <summary>SHA-256 of the head before this one, as its line; 64 zeros for the first. So a head that was taken out is seen.</summary>
    public required string Previous { get; init; }

    /// <summary>ECDSA on P-256 with SHA-256 over <see cref="Signed"/>, r and s, as base64.</summary>
    public required string Signature { get; init; }

    /// <summary>What <see cref="Previous"/> of the first head says.</summary>
    public static string NoPrevious { get; } = new('0', 64);

    /// <summary>The line without its signature.</summary>
    public string Signed => string.Create(CultureInfo.InvariantCulture, $"{Mark} 1 {Size} {AtTicks} {Root} {Previous}");

    /// <summary>The line in the witness file, without line end.</summary>
    public string Line => Signed + " " + Signature;

    /// <summary>What the next head names as its <see cref="Previous"/>.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Line)));

    /// <summary>Reads exactly what <see cref="Line"/> writes, nothing else: a changed blank or letter case is a changed line.</summary>
    public static AuditHead? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string[] words = line.Split(' ');
        if (words.Length != 7 || words[0] != Mark || words[1] != "1") return null;
        if (!long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long size) || !long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long at)) return null;
        var head = new AuditHead { Size = size, AtTicks = at, Root = words[4], Previous = words[5], Signature = words[6] };
        return head.Line == line ? head : null;
    }
}
