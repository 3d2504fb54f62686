using AlertGateway.Storage.People;

namespace AlertGateway.Server.Security;

/// <summary>The accounts of <see cref="PeopleStore"/>, as the rim needs them.</summary>
public sealed class StoredPeople(PeopleStore store) : IPeople
{
    public ValueTask<SignedInPerson?> FindByTokenAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult(Of(store.FindByBearer(token)));

    public ValueTask<SignedInPerson?> SignInAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Of(store.FindByBearer(token) ?? store.Exchange(token)?.Person));

    public ValueTask<BearerGrant?> ExchangeAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(store.Exchange(token) is { } e ? new BearerGrant(Of(e.Person)!, e.BearerToken, e.ExpiresTicks) : null);

    public ValueTask<SignedInPerson?> FindAsync(int personId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Of(store.All().FirstOrDefault(p => p.PersonId == personId && p.Enabled)));

    private static SignedInPerson? Of(Person? person) => person is { Enabled: true } ? new SignedInPerson(person.PersonId, person.Name, [person.Role]) : null;
}
