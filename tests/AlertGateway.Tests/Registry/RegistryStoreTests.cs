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
    public void The_packed_columns_are_the_rows_and_are_gone_with_the_first_change_of_one()
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        var packed = registry.Store.LoadSnapshot();
        Assert.Equal(9, Packed(registry));
        Change(registry, "UPDATE endpoint SET address=x'2B3836' WHERE no=1");
        Assert.Equal((9, packed.Version), (Packed(registry), registry.Store.LoadSnapshot().Version));
        Change(registry, "UPDATE household SET village=2 WHERE no=1");
        Assert.Equal(0, Packed(registry));
        var changed = registry.Store.LoadSnapshot();
        Assert.Equal((2, true), (changed.HouseholdVillage[1], changed.Version != packed.Version));
        Change(registry, "UPDATE household SET village=0 WHERE no=1");
        Assert.Equal(packed.Version, registry.Store.LoadSnapshot().Version);
    }

    [Theory]
    [InlineData("UPDATE packed SET bytes=zeroblob(length(bytes)) WHERE name='HouseholdVillage'")]
    [InlineData("UPDATE packed SET bytes=zeroblob(3) WHERE name='EndpointPerson'")]
    [InlineData("DELETE FROM packed WHERE name='PersonFlags'")]
    [InlineData("DELETE FROM packed WHERE name='version'")]
    public void A_packed_copy_that_does_not_fit_is_not_used(string damage)
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        string version = registry.Store.LoadSnapshot().Version;
        Change(registry, damage);
        var snapshot = registry.Store.LoadSnapshot();
        Assert.Equal((version, 2), (snapshot.Version, snapshot.HouseholdVillage[4]));
        Assert.Equal(5, snapshot.EndpointPerson[4]);
    }

    [Fact]
    public void A_registry_of_the_first_format_is_packed_when_it_is_opened()
    {
        using var registry = new TemporaryRegistry().WithASmallTown();
        string version = registry.Store.LoadSnapshot().Version;
        foreach (string table in (string[])["household", "person", "endpoint"]) foreach (string change in (string[])["insert", "update", "delete"]) Change(registry, $"DROP TRIGGER packed_{table}_{change}");
        Change(registry, "DROP TABLE packed");
        Change(registry, "PRAGMA user_version=1");
        using var again = RegistryStore.Open(registry.FilePath);
        Assert.Equal(9, Packed(registry));
        Assert.Equal(version, again.LoadSnapshot().Version);
    }

    [Fact]
    public void A_damaged_page_costs_the_numbers_on_it_and_nobody_elses()
    {
        using var registry = new TemporaryRegistry();
        using (var store = RegistryStore.Open(registry.FilePath))
        {
            using var writer = store.Write();
            for (int i = 1; i <= 2_000; i++) writer.AddEndpoint(1, 0, EndpointFlags.None, TemporaryRegistry.Number(i));
            writer.Complete();
        }
        registry.Store.Dispose(); // the last one to close writes the log back into the file
        byte[] file = File.ReadAllBytes(registry.FilePath);
        const int Page = 8_192, TableLeaf = 13;
        int page = Enumerable.Range(0, file.Length / Page).Single(p => file[p * Page] == TableLeaf && file.AsSpan(p * Page, Page).IndexOf(TemporaryRegistry.Number(1_000)) >= 0);
        file[page * Page] = 0;
        File.WriteAllBytes(registry.FilePath, file);
        using var damaged = RegistryStore.Open(registry.FilePath);
        using var reader = damaged.OpenAddresses();
        var addresses = new ReadOnlyMemory<byte>[3];
        Assert.Throws<AlertGateway.Storage.Ledger.LedgerException>(() => reader.Read([1, 1_000, 2_000], addresses));
        reader.Read([1, 2_000], addresses);
        Assert.Equal(TemporaryRegistry.Number(1), addresses[0].ToArray());
        Assert.Equal(TemporaryRegistry.Number(2_000), addresses[1].ToArray());
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

    private static long Packed(TemporaryRegistry registry)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={registry.FilePath};Pooling=False");
        database.Open();
        using var count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM packed";
        return (long)count.ExecuteScalar()!;
    }

    private static void Change(TemporaryRegistry registry, string sql)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={registry.FilePath};Pooling=False");
        database.Open();
        using var change = database.CreateCommand();
        change.CommandText = sql;
        change.ExecuteNonQuery();
    }
}
