namespace AlertGateway.Core.Rendering;

/// <summary>How loudspeakers play a programme again. Part of what people approve: the horn gets it with the order and keeps to it by itself, also while the gateway or its link is down.</summary>
/// <param name="Plays">In the first stretch, at least 1.</param>
/// <param name="EverySeconds">From the start of one play of the first stretch to the next.</param>
/// <param name="ThenEverySeconds">After the first stretch, from one play to the next, until something ends the plan; 0 for never again.</param>
/// <param name="UntilEvacuated">The village's report 已转移 ends the plan for its loudspeakers; without it only change, take-back and expiry do.</param>
public sealed record HornPlan(int Plays, int EverySeconds, int ThenEverySeconds, bool UntilEvacuated);
