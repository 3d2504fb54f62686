using System.Globalization;
using System.Security.Claims;

namespace AlertGateway.Server.Security;

/// <summary>A person as the claims of a request, and back.</summary>
public static class PersonClaims
{
    public static ClaimsPrincipal ToPrincipal(this SignedInPerson person, string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, person.PersonId.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new Claim(ClaimTypes.Name, person.Name));
        foreach (string role in person.Roles) identity.AddClaim(new Claim(ClaimTypes.Role, role));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The person behind an authenticated request.</summary>
    /// <exception cref="InvalidOperationException">The request is anonymous: the route forgot its policy.</exception>
    public static SignedInPerson Person(this ClaimsPrincipal user) =>
        user.TryPerson() ?? throw new InvalidOperationException("An anonymous request reached a route that needs a person.");

    /// <summary>Null for an anonymous request.</summary>
    public static SignedInPerson? TryPerson(this ClaimsPrincipal user) =>
        int.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? new SignedInPerson(id, user.FindFirstValue(ClaimTypes.Name) ?? "", [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)])
            : null;
}
