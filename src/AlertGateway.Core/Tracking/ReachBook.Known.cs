namespace AlertGateway.Core.Tracking;

/// <summary>Where a warning is known, for those who take it back.</summary>
public sealed partial class ReachBook
{
    /// <summary>A household of the audience lives there.</summary>
    public bool HasVillage(int villageIndex) => OfVillage(villageIndex).ContainsAnyExcept(0);

    /// <summary>Households of which somebody has at least this evidence, ascending.</summary>
    public IEnumerable<int> WithEvidence(Evidence level)
    {
        for (int i = 0; i < _households.Length; i++)
        {
            bool any = false;
            for (int p = _firstPosition[i]; p < _firstPosition[i + 1] && !any; p++) any = Level(_person[p]) >= level;
            if (any) yield return _households[i];
        }
    }
}
