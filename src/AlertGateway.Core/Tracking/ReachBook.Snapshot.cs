using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Tracking;

/// <summary>The book as bytes, and back. What is counted is saved with the rest: a start with millions of deliveries counts nobody again.</summary>
public sealed partial class ReachBook
{
    internal void Save(SnapshotWriter to)
    {
        to.PutAll<int>(_households);
        to.Put(_atHome);
        to.Put(_awake);
        to.PutAll<Evidence>(_person);
        to.PutAll<Evidence>(_household);
        to.PutAll<int>(_villageGrades);
        to.PutAll<int>(_villageVulnerable);
        to.PutAll<int>(_grades);
    }

    /// <exception cref="InvalidDataException">The bytes are no book of this registry.</exception>
    internal static ReachBook Load(ref SnapshotReader from, RegistrySnapshot registry)
    {
        int[] households = from.GetAll<int>().ToArray();
        if (households.Length > 0 && (households.Min() <= 0 || households.Max() > registry.Households)) throw new InvalidDataException("The snapshot names a household that the registry does not have.");
        var book = new ReachBook(registry, households, atHome: from.Get<int>(), awake: from.Get<int>());
        Fill(from.GetAll<Evidence>(), book._person);
        Fill(from.GetAll<Evidence>(), book._household);
        Fill(from.GetAll<int>(), book._villageGrades);
        Fill(from.GetAll<int>(), book._villageVulnerable);
        Fill(from.GetAll<int>(), book._grades);
        book.RaiseSites();
        return book;
    }

    private void RaiseSites()
    {
        foreach (int person in _sites.Receivers)
        {
            if (Position(_registry.PersonHousehold[person]) is >= 0 and var at) _sites.Raise(person, Level(_person[SlotOf(at, person)]));
        }
    }

    private static void Fill<T>(ReadOnlySpan<T> from, T[] to)
    {
        if (from.Length != to.Length) throw new InvalidDataException("The snapshot is of another registry.");
        from.CopyTo(to);
    }
}
