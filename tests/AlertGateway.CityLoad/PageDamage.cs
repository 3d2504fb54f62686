using AlertGateway.Core;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.CityLoad;

/// <summary>Damages pages of a registry that hold telephone numbers, as a failing disk does: whoever stands on one cannot be read.</summary>
internal static class PageDamage
{
    private const int PageBytes = 8_192;

    /// <summary>First byte of a leaf of a table (SQLite file format, §1.6).</summary>
    private const byte TableLeaf = 13;

    /// <summary>Damages so many pages, spread evenly over those with numbers.</summary>
    /// <returns>The endpoints whose record can no longer be read.</returns>
    /// <exception cref="InvalidOperationException">The registry has fewer pages with numbers.</exception>
    public static IReadOnlyList<int> Inflict(string registryFile, int pages)
    {
        using (var file = new FileStream(registryFile, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            var withNumbers = PagesWithNumbers(file);
            if (withNumbers.Count < pages) throw new InvalidOperationException($"登记册只有 {withNumbers.Count} 页号码 · the registry has only {withNumbers.Count} pages with numbers.");
            for (int i = 0; i < pages; i++)
            {
                file.Position = withNumbers[(int)((i + 0.5) * withNumbers.Count / pages)];
                file.WriteByte(0);
            }
            file.Flush(flushToDisk: true);
        }
        return Unreadable(registryFile);
    }

    private static List<long> PagesWithNumbers(FileStream file)
    {
        var found = new List<long>();
        byte[] page = new byte[PageBytes];
        for (long at = 0; file.ReadAtLeast(page, PageBytes, throwOnEndOfStream: false) == PageBytes; at += PageBytes)
        {
            // A leaf of the endpoints holds a number every few dozen bytes, no other table any.
            if (page[0] == TableLeaf && page.AsSpan().Count("+8612"u8) > 20) found.Add(at);
        }
        return found;
    }

    private static List<int> Unreadable(string registryFile)
    {
        using var store = RegistryStore.Open(registryFile);
        var registry = store.LoadSnapshot();
        using var addresses = store.OpenAddresses();
        var (lost, address) = (new List<int>(), new ReadOnlyMemory<byte>[1]);
        for (int endpoint = 1; endpoint <= registry.Endpoints; endpoint++)
        {
            if (registry.EndpointChannel[endpoint] != (byte)ChannelKind.Sms) continue;
            try
            {
                addresses.Read([endpoint], address);
            }
            catch (LedgerException)
            {
                lost.Add(endpoint);
            }
        }
        return lost;
    }
}
