using AlertGateway.Core;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Dispatch;
using CsCheck;

namespace AlertGateway.Tests.Tracking;

/// <summary>What rises by increments is what a count over everybody gives.</summary>
public sealed class ReachBookTests
{
    private const int Households = 12;

    // The first site's receivers live in the first household; the second's in different ones; the third has none; the last is nowhere in the area.
    private static readonly Site[] Sites =
    [
        new(1, "school", "甲小学", 0, 31.3, 119.4, 400, 0, [1, 2]), new(2, "care-home", "乙养老院", 1, 31.3, 119.4, 60, 55, [3, 5]), new(3, "hotel", "无人接收", 0, 31.3, 119.4, 20, 80, []),
    ];

    private static readonly RegistrySnapshot Town = Makers.ATown(Households, "v1", Sites, (2, PersonFlags.OldAlone), (4, PersonFlags.Away), (7, PersonFlags.SmallChild), (8, PersonFlags.Away), (9, PersonFlags.Away | PersonFlags.OldAlone));

    [Fact]
    public void A_site_is_as_reached_as_the_better_reached_of_its_receivers()
    {
        var book = ABook();
        Assert.Equal([3, 0, 0, 0, 0, 0, 0], book.SitesByEvidence.ToArray());
        book.Raise(3, Evidence.Delivered);
        book.Raise(5, Evidence.Acknowledged);
        book.Raise(3, Evidence.Presented);
        Assert.Equal([2, 0, 0, 0, 0, 1, 0], book.SitesByEvidence.ToArray());
        book.VisitHousehold(1);
        Assert.Equal([1, 0, 0, 0, 0, 1, 1], book.SitesByEvidence.ToArray());
        Assert.Equal("无人接收", Assert.Single(book.SitesBelow(Evidence.Acknowledged)).Site.Name);
    }

    [Fact]
    public void A_site_outside_the_area_is_not_counted()
    {
        var book = new ReachBook(Town, [2, 4]); // both of the first village
        Assert.Equal(2, book.SitesByEvidence.ToArray().Sum());
    }

    [Fact]
    public void Vulnerable_households_are_counted_as_they_wake()
    {
        var step = Gen.Int[1, Households * 2].SelectMany(person => Gen.Int[1, 7].Select(level => (person, level)));
        step.Array[0, 60].Sample(steps =>
        {
            var book = ABook();
            foreach (var (person, level) in steps)
            {
                if (level == 7) book.VisitHousehold(person);
                else book.Raise(person, (Evidence)level, helped: level == 6);
            }
            for (int v = 0; v < Town.Villages.Count; v++)
            {
                int expected = book.Below(Evidence.Acknowledged, v).Count(h => Enumerable.Range(Town.HouseholdFirstPerson[h], 2).Any(p => (Town.PersonFlags[p] & PersonFlags.Away) == 0 && (Town.PersonFlags[p] & PersonFlags.Vulnerable) != 0));
                Assert.Equal(expected, book.VulnerableNotAwake(v));
            }
        });
    }

    private static ReachBook ABook() => new(Town, [.. Enumerable.Range(1, Households)]);
}
