namespace AlertGateway.Core.Targeting;

/// <summary>The audience of a warning that repeats what people have had.</summary>
public static class RepeatAudience
{
    /// <summary>
    /// Takes out of the channels that do not repeat whoever has had the event on that channel already. Whoever has not stays in: nobody is left out because others were told. The households stay as they are.
    /// </summary>
    /// <param name="had">Endpoints of a channel that have had a warning of the event, or surely will.</param>
    /// <param name="spared">How many deliveries were taken out.</param>
    public static Audience Of(Audience audience, RepeatChannels repeat, Func<ChannelKind, IReadOnlySet<int>> had, out int spared)
    {
        ArgumentNullException.ThrowIfNull(audience);
        ArgumentNullException.ThrowIfNull(repeat);
        ArgumentNullException.ThrowIfNull(had);
        spared = 0;
        var channels = new List<ChannelAudience>(audience.Channels.Count);
        foreach (var channel in audience.Channels)
        {
            var told = repeat.Takes(channel.Channel) ? null : had(channel.Channel);
            if (told is null || told.Count == 0)
            {
                channels.Add(channel);
                continue;
            }

            var kept = Enumerable.Range(0, channel.EndpointNos.Length).Where(i => !told.Contains(channel.EndpointNos[i])).ToArray();
            spared += channel.EndpointNos.Length - kept.Length;
            if (kept.Length > 0) channels.Add(channel with { EndpointNos = [.. kept.Select(i => channel.EndpointNos[i])], Languages = [.. kept.Select(i => channel.Languages[i])] });
        }

        if (spared == 0) return audience;
        var quieter = audience with { Channels = channels, Counts = audience.Counts with { Deliveries = channels.ToDictionary(c => c.Channel, c => c.EndpointNos.Length) } };
        return quieter with { Sha256 = AudienceHash.Of(quieter) };
    }
}
