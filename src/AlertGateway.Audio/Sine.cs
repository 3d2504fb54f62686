namespace AlertGateway.Audio;

/// <summary>
/// A sine of our own, the same to the bit on every machine: a table of one turn made by additions and multiplications alone
/// (IEEE 754 fixes their results; it does not fix those of a library's sine), read with linear interpolation. Error below −125 dB of full scale.
/// </summary>
public static class Sine
{
    private const int TableBits = 12;
    private const int TableLength = 1 << TableBits;
    private const int FractionBits = 32 - TableBits;

    /// <summary>The value of a full-scale crest.</summary>
    public const int One = 1 << 30;

    private static readonly int[] Table = Build();

    /// <summary>Sine of a phase in 2⁻³² turns, scaled to ±<see cref="One"/>.</summary>
    public static int At(uint phase)
    {
        var index = phase >> FractionBits;
        var fraction = phase & ((1u << FractionBits) - 1);
        long here = Table[index], next = Table[index + 1];
        return (int)(here + (((next - here) * fraction) >> FractionBits));
    }

    /// <summary>Phase added for each sample by a frequency of <paramref name="hzNumerator"/>/<paramref name="hzDenominator"/> Hz, in 2⁻³² turns, to the nearest.</summary>
    public static uint Step(long hzNumerator, long hzDenominator, int sampleRateHz)
    {
        var perTurn = checked(hzDenominator * sampleRateHz);
        if (hzNumerator < 0 || hzDenominator <= 0 || hzNumerator * 2 > perTurn) throw new ArgumentOutOfRangeException(nameof(hzNumerator), hzNumerator, "The frequency lies above half the sample rate.");
        return (uint)(((Int128)hzNumerator * (1L << 32) * 2 + perTurn) / (2 * (Int128)perTurn));
    }

    private static int[] Build()
    {
        var table = new int[TableLength + 1];
        const int quarter = TableLength / 4;
        for (var i = 0; i <= quarter; i++)
        {
            var value = (int)(Taylor(i * (Math.PI / 2) / quarter) * One + 0.5);
            table[i] = value;
            table[2 * quarter - i] = value;
            table[2 * quarter + i] = -value;
            table[4 * quarter - i] = -value;
        }
        return table;
    }

    // Terms up to x²¹/21! leave less than 1e-17 on the first quarter turn.
    private static double Taylor(double x)
    {
        double sum = 0, term = x;
        for (var n = 1; n <= 21; n += 2)
        {
            sum += term;
            term *= -x * x / ((n + 1) * (double)(n + 2));
        }
        return sum;
    }
}
