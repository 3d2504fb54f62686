namespace AlertGateway.Server.City;

/// <summary>How large a synthetic city is. Everything but its secrets follows from these and the plan.</summary>
public sealed record CityOptions
{
    /// <summary>Default 300,000; at least 1, at most 5,000,000.</summary>
    public int Households { get; init; } = 300_000;

    /// <summary>Persons with the app. Default 5,000; never more than have a phone.</summary>
    public int PushPersons { get; init; } = 5_000;

    public int Loudspeakers { get; init; } = 2_000;

    public ulong Seed { get; init; } = 1;

    /// <summary>Two named receivers each. Default: 400 for 300,000 households, in proportion for others.</summary>
    public int Sites => Math.Max(4, (int)(Households / 750L));
}
