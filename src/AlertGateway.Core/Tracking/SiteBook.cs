using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Tracking;

/// <summary>How far the sites of one dissemination's area are reached: as far as the best reached of their named receivers. Fed by rising evidence, never by a scan. Pure; its <see cref="ReachBook"/> owns it.</summary>
internal sealed class SiteBook
{
    private readonly Dictionary<int, List<int>> _sitesOf = []; // person → positions
    private readonly List<Site> _sites = [];
    private readonly List<Evidence> _reached = [];
    private readonly int[] _grades = new int[(int)Evidence.Visited + 1];

    /// <param name="isInArea">Whether the village has households in the audience.</param>
    public SiteBook(RegistrySnapshot registry, Func<int, bool> isInArea)
    {
        foreach (var site in registry.Sites)
        {
            if (!isInArea(site.VillageIndex)) continue;
            foreach (int person in site.ReceiverPersonNos)
            {
                if (!_sitesOf.TryGetValue(person, out var positions)) _sitesOf[person] = positions = [];
                positions.Add(_sites.Count);
            }
            _sites.Add(site);
            _reached.Add(Evidence.Planned);
        }
        _grades[0] = _sites.Count;
    }

    /// <summary>Sites by grade, index = <see cref="Evidence"/>.</summary>
    public ReadOnlySpan<int> ByEvidence => _grades;

    /// <summary>Persons who receive for a site of the area.</summary>
    public IReadOnlyCollection<int> Receivers => _sitesOf.Keys;

    public void Raise(int personNo, Evidence level)
    {
        if (!_sitesOf.TryGetValue(personNo, out var positions)) return;
        foreach (int at in positions)
        {
            if (level <= _reached[at]) continue;
            _grades[(int)_reached[at]]--;
            _grades[(int)level]++;
            _reached[at] = level;
        }
    }

    /// <summary>Sites below <paramref name="level"/>, in number order.</summary>
    public IEnumerable<(Site Site, Evidence Reached)> Below(Evidence level)
    {
        for (int i = 0; i < _sites.Count; i++)
        {
            if (_reached[i] < level) yield return (_sites[i], _reached[i]);
        }
    }
}
