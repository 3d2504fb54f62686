using System.Security.Cryptography;
using System.Text;
using AlertGateway.Storage.People;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Approval;

public sealed class PeopleStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agw-people-");
    private readonly FakeTimeProvider _clock = new(DeskWorld.Start);
    private readonly RandomNumberGenerator _randomness = RandomNumberGenerator.Create();

    private string File => Path.Combine(_folder.FullName, "people.db");

    private PeopleStore Open() => PeopleStore.Open(File, _clock, _randomness);

    [Fact]
    public void Nobody_is_there_until_somebody_is_added()
    {
        using var people = Open();
        Assert.Empty(people.All());
        var (person, _) = people.Add("值班乙", "duty-officer");
        Assert.Equal((1, "值班乙", "duty-officer", true), (person.PersonId, person.Name, person.Role, person.Enabled));
    }

    [Fact]
    public void A_one_time_token_works_once_and_its_bearer_survives_a_restart()
    {
        string bearer;
        using (var people = Open())
        {
            var (_, oneTime) = people.Add("值班乙", "duty-officer");
            Assert.Null(people.FindByBearer(oneTime)); // it opens nothing itself
            bearer = people.Exchange(oneTime)!.BearerToken;
            Assert.Null(people.Exchange(oneTime));
            Assert.Null(people.Exchange(bearer));
        }

        using var again = Open();
        Assert.Equal("值班乙", again.FindByBearer(bearer)?.Name);
    }

    [Fact]
    public void Tokens_end_with_their_time()
    {
        using var people = Open();
        var (_, first) = people.Add("甲", "editor");
        var (_, second) = people.Add("乙", "editor");
        var bearer = people.Exchange(first)!.BearerToken;
        _clock.Advance(TimeSpan.FromHours(12));
        Assert.Null(people.FindByBearer(bearer));
        _clock.Advance(TimeSpan.FromDays(7));
        Assert.Null(people.Exchange(second));
    }

    [Fact]
    public void Who_is_disabled_or_logged_out_is_out_at_once()
    {
        using var people = Open();
        var (person, token) = people.Add("甲", "editor");
        var first = people.Exchange(token)!.BearerToken;
        var second = people.Exchange(people.Reissue(person.PersonId))!.BearerToken;
        people.Revoke(first);
        Assert.Null(people.FindByBearer(first));
        Assert.NotNull(people.FindByBearer(second));
        Assert.True(people.Disable(person.PersonId));
        Assert.Null(people.FindByBearer(second));
        Assert.Null(people.Reissue(person.PersonId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("agw_")]
    [InlineData("' OR 1=1 --")]
    public void Any_other_text_finds_nobody(string? text)
    {
        using var people = Open();
        people.Add("甲", "editor");
        Assert.Null(people.FindByBearer(text));
        Assert.Null(people.Exchange(text));
    }

    [Fact]
    public void No_token_stands_in_the_file_and_nobody_else_can_read_it()
    {
        string oneTime, bearer;
        using (var people = Open())
        {
            oneTime = people.Add("甲", "editor").OneTimeToken;
            bearer = people.Exchange(people.Add("乙", "editor").OneTimeToken)!.BearerToken;
        }

        var bytes = _folder.GetFiles().SelectMany(f => System.IO.File.ReadAllBytes(f.FullName)).ToArray();
        Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("editor")) >= 0);
        Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(oneTime[4..])) < 0);
        Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(bearer[4..])) < 0);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("", "editor")]
    [InlineData("甲", "Editor")]
    [InlineData("甲", "")]
    public void A_name_or_role_of_another_form_is_refused(string name, string role)
    {
        using var people = Open();
        Assert.Throws<ArgumentException>(() => people.Add(name, role));
    }

    public void Dispose()
    {
        _randomness.Dispose();
        _folder.Delete(recursive: true);
    }
}
