namespace AlertGateway.Server.City;

/// <summary>Distinct numbers <c>+8612</c> and nine digits, a range that no carrier has: n ↦ (a·n + b) mod 10⁹ with a prime to 10⁹, so that none comes twice in 10⁹.</summary>
internal sealed class PhoneNumbers
{
    public const int Length = 14;

    private const ulong Range = 1_000_000_000;
    private static readonly ulong[] LastDigits = [1, 3, 7, 9];

    private readonly ulong _step;
    private ulong _number;

    public PhoneNumbers(ulong seed)
    {
        var random = new CityRandom(seed ^ CityRandom.SeedOf("phones"));
        _step = (ulong)(10_000_000 + random.Below(90_000_000 - 10_000_000)) * 10 + LastDigits[random.Below(4)];
        _number = (ulong)random.Below((int)Range);
    }

    /// <summary>Writes the next number as ASCII.</summary>
    /// <param name="number">Of <see cref="Length"/> bytes.</param>
    public void Next(Span<byte> number)
    {
        _number = (_number + _step) % Range;
        "+8612"u8.CopyTo(number);
        ulong rest = _number;
        for (int i = Length - 1; i >= 5; i--, rest /= 10) number[i] = (byte)('0' + rest % 10);
    }
}
