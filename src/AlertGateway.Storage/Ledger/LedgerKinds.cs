namespace AlertGateway.Storage.Ledger;

/// <summary>The kinds of rows that this program can fold. One that it does not know was written by a newer one and may not be passed over.</summary>
internal static class LedgerKinds
{
    private static readonly bool[] Known = MakeKnown();

    /// <exception cref="LedgerException">The kind is not known; the message names the row.</exception>
    public static void Require(long sequence, LedgerEventKind kind)
    {
        if (!Known[(byte)kind]) throw new LedgerException($"Ledger row {sequence} is of kind {(byte)kind}, which this program does not know: a newer one wrote it.");
    }

    private static bool[] MakeKnown()
    {
        var known = new bool[256];
        foreach (var kind in Enum.GetValues<LedgerEventKind>()) known[(byte)kind] = true;
        return known;
    }
}
