using System.Security.Claims;

namespace MiniRun.Web.Security;

/// <summary>The one role there is so far: whoever holds a credential of this host may do everything on it.</summary>
static class Administrator
{
    /// <param name="scheme">How they signed in.</param>
    /// <param name="name">Who they are, as far as the host knows: <c>token</c>, <c>browser</c> or <c>uid:1000</c>.</param>
    public static ClaimsIdentity Identity(string scheme, string name) =>
        new([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, "admin")], scheme);
}
