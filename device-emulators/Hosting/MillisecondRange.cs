namespace AlertGateway.Emulators.Hosting;

/// <summary>An inclusive range of milliseconds from which a wait is drawn.</summary>
public readonly record struct MillisecondRange(int Min, int Max)
{
    public TimeSpan Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return TimeSpan.FromMilliseconds(random.Next(Min, Max + 1));
    }
}
