using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Registry;

public sealed class RegistryStoreTests
{
    [Fact]
    public void What_was_written_is_in_the_snapshot()
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        var snapshot = registry.Store.LoadSnapshot();
        Assert.Equal((4, 7, 9), (snapshot.Households, snapshot.Persons, snapshot.Endpoints));
        Assert.Equal([0, 1, 3, 4, 7, 8], snapshot.HouseholdFirstPerson);
        Assert.Equal([0, 1, 1, 2, 3, 3, 3, 4], snapshot.PersonHousehold);
        Assert.Equal(PersonFlags.English, snapshot.PersonFlags[5]);
        Assert.Equal([(ushort)0, (ushort)0, (ushort)0, (ushort)1, (ushort)2], snapshot.HouseholdVillage);
        Assert.Equal((31.46, 119.46), (snapshot.HouseholdLatitude[3], snapshot.HouseholdLongitude[3]));
        Assert.Equal([0, 1, 1, 1, 1, 1, 2, 3, 4, 1], snapshot.EndpointChannel.Select(c => (int)c));
        Assert.Equal(EndpointFlags.Exercise, snapshot.EndpointFlags[9]);
        Assert.Equal(["昆仑街道", "天目湖镇"], snapshot.Towns.Select(t => t.Name));
        Assert.Equal((1, 1), (snapshot.Villages[2].ParentIndex, snapshot.Villages[0].WardenPersonNo));
        Assert.Equal([7, 1], Assert.Single(snapshot.Sites).ReceiverPersonNos);
        Assert.Equal([2, 4], snapshot.HouseholdsByCode[("SAME", "006015")]);
        Assert.True(snapshot.Synthetic);
    }

    [Fact]
    public void The_version_is_the_same_for_the_same_city_and_another_when_one_house_moves()
    {
        using var one = new TemporaryRegistry().WithASmallTown();
        using var same = new TemporaryRegistry().WithASmallTown();
        using var moved = new TemporaryRegistry().WithASmallTown(firstLatitude: 31.4001);
        string version = one.Store.LoadSnapshot().Version;
        Assert.Matches("^[0-9a-f]{64}$", version);
        Assert.Equal(version, same.Store.LoadSnapshot().Version);
        Assert.NotEqual(version, moved.Store.LoadSnapshot().Version);
    }

    [Fact]
    public void Addresses_are_read_by_number_and_found_by_address_on_their_own_channel_only()
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        using var reader = registry.Store.OpenAddresses();
        var addresses = new ReadOnlyMemory<byte>[3];
        reader.Read([5, 777, 1], addresses);
        Assert.Equal(TemporaryRegistry.Number(7), addresses[0].ToArray());
        Assert.True(addresses[1].IsEmpty);
        Assert.Equal(TemporaryRegistry.Number(1), addresses[2].ToArray());
        Assert.Equal(2, reader.FindByAddress(1, TemporaryRegistry.Number(3)));
        Assert.Equal(0, reader.FindByAddress(2, TemporaryRegistry.Number(3)));
        Assert.Equal(0, reader.FindByAddress(1, TemporaryRegistry.Number(12345)));
        Assert.Equal(0, reader.FindByAddress(1, []));
        Assert.Equal([1, 2, 3], reader.AllAddresses(3)[7]);
        Assert.Single(reader.AllAddresses(4));
    }

    [Fact]
    public void A_city_that_was_not_completed_leaves_nothing_behind()
    {
        using var registry = new TemporaryRegistry();
        using (var writer = registry.Store.Write())
        {
            writer.AddDivision(new Division("320481001000", "昆仑街道", -1, 31, 119, 0));
            writer.AddHousehold(0, 31, 119);
        }
        Assert.True(registry.Store.IsEmpty);
        Assert.Equal(0, registry.Store.LoadSnapshot().Households);
        registry.WithASmallTown();
        Assert.Equal(4, registry.Store.LoadSnapshot().Households);
    }

    [Fact]
    public void A_city_is_not_written_over_another()
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        Assert.Throws<InvalidOperationException>(() => registry.Store.Write());
    }

    [Fact]
    public void Named_texts_are_kept_over_a_reopening()
    {
        using var registry = new TemporaryRegistry();
        Assert.Null(registry.Store.ReadMeta("jurisdiction"));
        registry.Store.WriteMeta("jurisdiction", "a");
        registry.Store.WriteMeta("jurisdiction", "溧阳");
        using var again = RegistryStore.Open(registry.FilePath);
        Assert.Equal("溧阳", again.ReadMeta("jurisdiction"));
    }

    [Fact]
    public void A_file_that_is_not_a_registry_is_refused()
    {
        using var registry = new TemporaryRegistry();
        string path = Path.Combine(Path.GetDirectoryName(registry.FilePath)!, "ledger.db");
        using (AlertGateway.Storage.Ledger.SqliteLedger.Open(path)) { }
        Assert.Throws<InvalidDataException>(() => RegistryStore.Open(path));
    }

    [Fact]
    public void A_household_in_a_village_that_is_not_there_is_refused_when_the_registry_is_read()
    {
        using var registry = new TemporaryRegistry();
        using (var writer = registry.Store.Write())
        {
            writer.AddDivision(new Division("320481001000", "昆仑街道", -1, 31, 119, 0));
            writer.AddHousehold(3, 31, 119);
            writer.Complete();
        }
        var thrown = Assert.Throws<InvalidDataException>(() => registry.Store.LoadSnapshot());
        Assert.Contains("village", thrown.Message, StringComparison.Ordinal);
    }
}
