namespace AlertGateway.Server.Security;

/// <summary>Somebody who has proved who they are.</summary>
/// <param name="PersonId">From 1; accounts, not residents.</param>
/// <param name="Roles">Words of the authority configuration, such as <c>duty</c>, <c>approver</c>, <c>warden</c>.</param>
public sealed record SignedInPerson(int PersonId, string Name, IReadOnlyList<string> Roles);

/// <summary>The accounts, as the rim needs them. Tokens are compared by hash; nothing here keeps one.</summary>
public interface IPeople
{
    /// <summary>Who holds this bearer token; null for nobody.</summary>
    ValueTask<SignedInPerson?> FindByTokenAsync(string token, CancellationToken cancellationToken);

    /// <summary>Exchanges the token of <c>agw people add</c> for a session; null when it is unknown, used up or withdrawn.</summary>
    ValueTask<SignedInPerson?> SignInAsync(string token, CancellationToken cancellationToken);

    /// <summary>The person as known now; null once removed, which ends every session of theirs.</summary>
    ValueTask<SignedInPerson?> FindAsync(int personId, CancellationToken cancellationToken);
}
