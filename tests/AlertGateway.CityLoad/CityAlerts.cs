using System.Diagnostics;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Server.Demo;

namespace AlertGateway.CityLoad;

/// <summary>A citywide alert as two people release it: submitted, proposed, signed twice.</summary>
internal static class CityAlerts
{
    /// <returns>The number of its proposal.</returns>
    /// <exception cref="InvalidOperationException">It is held.</exception>
    public static async Task<int> ReleaseAsync(DemoHouse house, Alert alert, string identifier, CancellationToken cancellationToken)
    {
        var known = (await house.Editor.ProposalsAsync(cancellationToken)).Select(p => p.ProposalNo).ToHashSet();
        await house.Editor.SubmitAsync(CapWriter.Write(DemoNight.Moved(alert, TimeProvider.System.GetUtcNow(), identifier)), cancellationToken);
        ProposalSummary? proposal;
        while ((proposal = (await house.Editor.ProposalsAsync(cancellationToken)).FirstOrDefault(p => !known.Contains(p.ProposalNo) && p.Identifier == identifier)) is null) await Task.Delay(20, cancellationToken);
        if (proposal.Holds.Count > 0) throw new InvalidOperationException($"{identifier} 被暂缓 · is held: {proposal.Holds[0].Sentence}");
        await house.Editor.SignAsync(proposal.ProposalNo, SignatureRole.Proposer, proposal.Hashes, cancellationToken);
        await house.Officer.SignAsync(proposal.ProposalNo, SignatureRole.Approver, proposal.Hashes, cancellationToken);
        return proposal.ProposalNo;
    }

    /// <summary>Waits until no delivery is open or waits for a receipt.</summary>
    /// <param name="broken">Loudspeakers that never answer and numbers that cannot be read are tried until the alert expires: with such ones it is over when nothing has changed for forty seconds.</param>
    /// <exception cref="InvalidOperationException">Not within an hour.</exception>
    public static async Task UntilFinalAsync(DemoHouse house, int broken, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (int before = -1, quiet = 0; ;)
        {
            int waiting = (await house.Officer.DisseminationsAsync(cancellationToken)).Sum(v => v.Channels.Sum(c => c.Open + c.Accepted));
            quiet = waiting == before ? quiet + 1 : 0;
            before = waiting;
            if (waiting == 0 || (waiting <= broken && quiet >= 80)) return;
            if (watch.Elapsed > TimeSpan.FromMinutes(60)) throw new InvalidOperationException($"{waiting} deliveries did not become final; see {house.Folder}");
            await Task.Delay(500, cancellationToken);
        }
    }
}
