namespace AlertGateway.Storage.People;

/// <summary>Somebody with an account. There are none until an operator adds them.</summary>
/// <param name="PersonId">Dense, from 1; never reused.</param>
/// <param name="Role">A role of <c>config/authority.json</c>; one without a row there may do nothing.</param>
public sealed record Person(int PersonId, string Name, string Role, bool Enabled, long CreatedTicks);
