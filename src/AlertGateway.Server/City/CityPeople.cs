using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.City;

/// <summary>The persons of a synthetic city as columns: about 2.63 a household, vulnerable persons at realistic shares. Element 0 is unused.</summary>
internal sealed class CityPeople
{
    // One to six persons, mean 2.63.
    private static readonly double[] SizeUpTo = [0.24, 0.51, 0.75, 0.90, 0.97, 1.0];

    private const double PhoneShare = 0.85, ChildShare = 0.05, OldAloneShare = 0.03, DisabledShare = 0.02, IllShare = 0.02, AwayShare = 0.06, EnglishShare = 0.003, MeanSize = 2.63;

    private CityPeople(int[] firstPerson, PersonFlags[] flags, bool[] hasPhone) => (FirstPerson, Flags, HasPhone) = (firstPerson, flags, hasPhone);

    /// <summary>Household → first person; [h] … [h+1]−1.</summary>
    public int[] FirstPerson { get; }

    public PersonFlags[] Flags { get; }

    public bool[] HasPhone { get; }

    public int Count => Flags.Length - 1;

    public static CityPeople Of(int households, ulong seed)
    {
        var random = new CityRandom(seed ^ CityRandom.SeedOf("people"));
        var first = new int[households + 2];
        var flags = new List<PersonFlags>(households * 3) { PersonFlags.None };
        for (int household = 1; household <= households; household++)
        {
            first[household] = flags.Count;
            double draw = random.Unit();
            int size = 1 + Array.FindIndex(SizeUpTo, limit => draw < limit);
            bool english = random.Chance(EnglishShare);
            for (int person = 0; person < size; person++) flags.Add((english ? PersonFlags.English : PersonFlags.None) | Draw(size, person, random));
        }
        first[households + 1] = flags.Count;
        var hasPhone = new bool[flags.Count];
        for (int person = 1; person < flags.Count; person++) hasPhone[person] = (flags[person] & PersonFlags.SmallChild) == 0 && random.Chance(PhoneShare / (1 - ChildShare));
        return new CityPeople(first, [.. flags], hasPhone);
    }

    // Shares are of all persons: someone old and alone lives in a household of one (24 % of households), a small child is a third or later person.
    private static PersonFlags Draw(int size, int person, CityRandom random)
    {
        var flags = PersonFlags.None;
        if (size == 1 && random.Chance(OldAloneShare * MeanSize / 0.24)) flags |= PersonFlags.OldAlone;
        if (person >= 2 && random.Chance(ChildShare * MeanSize / 0.88)) return PersonFlags.SmallChild;
        if (random.Chance(DisabledShare)) flags |= PersonFlags.Disabled;
        if (random.Chance(IllShare)) flags |= PersonFlags.Ill;
        if (flags == PersonFlags.None && random.Chance(AwayShare / 0.88)) flags |= PersonFlags.Away;
        return flags;
    }
}
