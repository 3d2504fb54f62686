using System.Threading.Channels;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>Questions: what became of an attempt, and whether a route that rests answers again.</summary>
public sealed partial class Lane
{
    private const int AsksAtOnce = 16;

    /// <summary>Hands questions to the askers of their routes: a provider that does not answer holds up no other one's.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var batch = new TakenDelivery[AsksAtOnce];
        var questions = Enumerable.Range(0, _steps.Routes.Count).Select(_ => Channel.CreateUnbounded<TakenDelivery>(new UnboundedChannelOptions { SingleReader = true })).ToArray(); // bounded by what is unknown
        var askers = questions.Select(q => AskerAsync(q.Reader, cancellationToken)).ToArray();
        while (true)
        {
            int count = _room.TakeAsks(_kind, batch);
            for (int i = 0; i < count; i++) questions[Math.Max(0, _steps.IndexOf(batch[i].Route))].Writer.TryWrite(batch[i]);
            if (count > 0) continue;
            if (await Task.WhenAny([.. askers, Task.Delay(IdleWait, _clock, cancellationToken)]).ConfigureAwait(false) is var ended) await ended.ConfigureAwait(false);
        }
    }

    private async Task AskerAsync(ChannelReader<TakenDelivery> questions, CancellationToken cancellationToken)
    {
        var batch = new List<TakenDelivery>(AsksAtOnce);
        while (await questions.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < AsksAtOnce && questions.TryRead(out var question)) batch.Add(question);
            var addresses = new ReadOnlyMemory<byte>[batch.Count];
            ReadAddresses(batch.Select(b => b.Started.EndpointNo).ToArray(), addresses);
            var answers = await Task.WhenAll(batch.Select((b, i) => AskOneAsync(_steps.ChannelOf(b.Route), _steps.Make(in b, addresses[i]).Delivery, cancellationToken))).ConfigureAwait(false);
            var rows = new List<LedgerEvent>(batch.Count);
            for (int i = 0; i < batch.Count; i++)
            {
                if (_steps.Decide(batch[i], answers[i]) is { } row) rows.Add(row);
            }
            if (rows.Count > 0) await _ledger.AppendAsync(rows.ToArray(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<AskOutcome> AskOneAsync(IChannel? channel, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (channel is null || (_readsAddress && (delivery.Address.IsEmpty || delivery.Address.Equals(Unreadable)))) return new AskOutcome(AskAnswer.CannotTell);
        try
        {
            return await channel.AskAsync(delivery, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // As in DispatchAsync.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref _faults);
            LogChannelFault(_logger, _kind, ex);
            return new AskOutcome(AskAnswer.CannotTell);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(IdleWait, _clock, cancellationToken).ConfigureAwait(false);
            foreach (var route in _steps.ProbesDue.ToArray())
            {
                try
                {
                    if (await route.Route.Channel.ProbeAsync(cancellationToken).ConfigureAwait(false)) route.Answers();
                    else route.Rests();
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    throw;
                }
#pragma warning disable CA1031 // As in DispatchAsync.
                catch (Exception ex)
#pragma warning restore CA1031
                {
                    Interlocked.Increment(ref _faults);
                    route.Rests();
                    LogChannelFault(_logger, _kind, ex);
                }
            }
        }
    }
}
