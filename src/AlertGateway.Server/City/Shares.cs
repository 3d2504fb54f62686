namespace AlertGateway.Server.City;

/// <summary>Whole numbers in proportion to weights (largest remainder), which add up exactly.</summary>
internal static class Shares
{
    /// <summary>Every weight above 0 gets at least one, as long as there is enough for all.</summary>
    public static int[] Divide(int total, IReadOnlyList<double> weights)
    {
        var shares = new int[weights.Count];
        double sum = weights.Sum();
        if (sum <= 0 || total <= 0) return shares;
        int floor = total >= weights.Count(w => w > 0) ? 1 : 0, rest = total - floor * weights.Count(w => w > 0), given = 0;
        var remainders = new (double Remainder, int Index)[weights.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            double exact = rest * weights[i] / sum;
            shares[i] = (weights[i] > 0 ? floor : 0) + (int)exact;
            given += shares[i];
            remainders[i] = (weights[i] > 0 ? exact - (int)exact : -1, i);
        }
        foreach (var (_, index) in remainders.OrderByDescending(r => r.Remainder).ThenBy(r => r.Index).Take(total - given)) shares[index]++;
        return shares;
    }
}
