using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Demo;

/// <summary>
/// How many labelled starts each kill cost, from the ledger's rows in their order: a restart marks what was in flight as unknown (<see cref="DispatchError.GatewayCrashed"/>), and a later start of such a delivery that carries the
/// possible-duplicate label is that kill's. Kills between which nothing started are one.
/// </summary>
internal sealed class KillLabels
{
    private readonly Dictionary<DeliveryKey, int> _killOf = [];
    private readonly List<int> _labelled = [];
    private bool _startedSince = true;

    /// <summary>Labelled starts that follow no kill: the far side did not answer.</summary>
    public int WithoutKill { get; private set; }

    /// <summary>The most of one kill.</summary>
    public int Most => _labelled.Count == 0 ? 0 : _labelled.Max();

    /// <summary>Labelled starts of each kill that found something in flight.</summary>
    public IReadOnlyList<int> PerKill => _labelled;

    public void Take(in LedgerEvent row)
    {
        if (row.Kind == LedgerEventKind.Result && row.Code == (byte)ResultCode.Unknown && (byte)row.Number == (byte)DispatchError.GatewayCrashed)
        {
            if (_startedSince) _labelled.Add(0);
            _startedSince = false;
            _killOf[KeyOf(row)] = _labelled.Count - 1;
        }
        else if (row.Kind == LedgerEventKind.Started)
        {
            _startedSince = true;
            if (row.Code != StartedCodes.PossibleDuplicate) return;
            if (_killOf.TryGetValue(KeyOf(row), out int kill)) _labelled[kill]++;
            else WithoutKill++;
        }
    }

    private static DeliveryKey KeyOf(in LedgerEvent row) => new(row.DisseminationNo, row.EndpointNo, (ChannelKind)row.Channel, (Purpose)row.Purpose);
}
