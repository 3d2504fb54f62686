using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

/// <summary>The small numbers of a dissemination's rows. One that this program does not know was written by a newer one: the row is refused, never folded as something else.</summary>
internal static class RowNumbers
{
    private static readonly bool[] Channels = Known<ChannelKind>(), Purposes = Known<Purpose>(), Results = Known<ResultCode>(), Errors = Known<DispatchError>(), Grades = Known<Evidence>();

    /// <summary>Channel numbers from here on are kept for trials and the simulation: no product channel has one, and their class is blind.</summary>
    public const byte FirstOfTrials = 240;

    /// <exception cref="LedgerException">A number is not known; the message names the row.</exception>
    public static void Require(long sequence, in LedgerEvent e)
    {
        if (!Channels[e.Channel] && e.Channel < FirstOfTrials) Refuse(sequence, in e, "channel", e.Channel);
        if (!Purposes[e.Purpose]) Refuse(sequence, in e, "purpose", e.Purpose);
        switch (e.Kind)
        {
            case LedgerEventKind.Started when e.Code > StartedCodes.PossibleDuplicate:
            case LedgerEventKind.Result when !Results[e.Code]:
            case LedgerEventKind.Receipt or LedgerEventKind.Visited when !Grades[e.Code]:
            case LedgerEventKind.Suppressed when !Errors[e.Code]:
            case LedgerEventKind.CancelAudience when e.Code > CancelAudienceCodes.CorrectedToo:
            case LedgerEventKind.VillageEvacuated when e.Code > 1:
                Refuse(sequence, in e, "code", e.Code);
                break;
            case LedgerEventKind.Result when !Errors[(byte)e.Number]:
            case LedgerEventKind.Receipt when !Errors[(byte)e.Number] || (e.Number & ~(0xFFL | ReceiptNumbers.Helped)) != 0:
                Refuse(sequence, in e, "number", e.Number);
                break;
        }
    }

    private static void Refuse(long sequence, in LedgerEvent e, string what, long number) =>
        throw new LedgerException($"Ledger row {sequence} ({e.Kind}) has the {what} {number}, which this program does not know: a newer one wrote it.");

    private static bool[] Known<T>() where T : struct, Enum
    {
        var known = new bool[256];
        foreach (var value in Enum.GetValues<T>()) known[Convert.ToByte(value, System.Globalization.CultureInfo.InvariantCulture)] = true;
        return known;
    }
}
