using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// Holds what loudspeakers repeat against what the ledger allows, once a second: a plan that is over is stopped, one that a loudspeaker has lost is armed again. Works from the loudspeakers' own reports and the ledger alone, so a restart
/// of either side loses nothing. Take-backs do not wait for this: they go out as deliveries.
/// </summary>
public sealed partial class HornPlanKeeper(LoudspeakerChannel channel, IHornPlans plans, TimeProvider clock, ILogger<HornPlanKeeper> logger) : BackgroundService
{
    /// <summary>How long an ended plan goes on at most on a loudspeaker that can be reached.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Look(stoppingToken);
    }

    /// <summary>One look at every loudspeaker that is connected; what has to be said to one does not hold up another.</summary>
    internal IReadOnlyList<Task> Look(CancellationToken cancellationToken)
    {
        var under = new List<Task>();
        foreach (var device in channel.Devices)
        {
            if (!device.IsOnline) continue;
            foreach (string tag in device.Plans)
            {
                if (DeliveryTag.TryParse(tag, out var delivery) && plans.IsOver(delivery) && device.BeginKeeping(tag)) under.Add(StopAsync(device, tag, cancellationToken));
            }
            if (!device.TakePlansToCompare(out var held)) continue;
            foreach (var living in plans.Living(device.EndpointNo))
            {
                string tag = LoudspeakerChannel.TagOf(living);
                if (!held.Contains(tag) && device.BeginKeeping(tag)) under.Add(ArmAgainAsync(device, living, tag, cancellationToken));
            }
        }
        return under;
    }

    private async Task StopAsync(LoudspeakerDevice device, string tag, CancellationToken cancellationToken)
    {
        try
        {
            if ((await channel.StopPlanAsync(device, tag, cancellationToken)).Code == ResultCode.Accepted) LogStopped(logger, device.Id, tag);
        }
        finally
        {
            device.EndKeeping(tag);
        }
    }

    private async Task ArmAgainAsync(LoudspeakerDevice device, OutgoingDelivery delivery, string tag, CancellationToken cancellationToken)
    {
        try
        {
            if ((await channel.ResumeAsync(device, delivery, cancellationToken)).Code == ResultCode.Accepted) LogResumed(logger, device.Id, tag);
        }
        finally
        {
            device.EndKeeping(tag);
        }
    }

    [LoggerMessage(4311, LogLevel.Information, "Loudspeaker {DeviceId} has ended the repeats of {Tag}")]
    private static partial void LogStopped(ILogger logger, string deviceId, string tag);

    [LoggerMessage(4312, LogLevel.Information, "Loudspeaker {DeviceId} had lost the repeats of {Tag} and has them again")]
    private static partial void LogResumed(ILogger logger, string deviceId, string tag);
}
