using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Security;

namespace MiniRun.Web.Api;

/// <summary><c>/sign-in</c>: from a credential of the host to a link, from a link to a cookie.</summary>
static class SignIn
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/").WithTags("Sign-in");
        group.MapPost("/sign-in/links", CreateLink).WithName("CreateSignInLink").WithSummary("Make a link that signs one browser in, once, within 30 minutes")
            .RequireAuthorization(PanelSecurity.HostCredential);
        group.MapPost("/sign-in", SignInAsync).WithName("SignIn").WithSummary("Exchange the ticket of a sign-in link for a session cookie")
            .AllowAnonymous().RequireRateLimiting(PanelSecurity.SignInRate);
        group.MapPost("/sign-out", (Delegate)SignOutAsync).WithName("SignOut").WithSummary("End the session of this browser");
    }

    static Created<SignInLink> CreateLink(SignInLinks links) => TypedResults.Created((string?)null, links.Create());

    static async Task<NoContent> SignInAsync(SignInRequest body, SignInTickets tickets, HttpContext context)
    {
        if (body.Ticket is not { Length: > 0 } ticket)
        {
            throw RequestException.Invalid("ticket", "it is missing; send what follows #ticket= in a sign-in link.");
        }

        if (!tickets.Redeem(ticket))
        {
            // One sentence for wrong, used and expired: a stranger learns nothing from it.
            throw new RequestException(StatusCodes.Status401Unauthorized, "ticket-refused", "ticket: it is wrong, used or expired; \"minirun setup-url\" prints a fresh link.", "ticket");
        }

        await context.SignInAsync(SignInCookie.Scheme, new ClaimsPrincipal(Administrator.Identity(SignInCookie.Scheme, "browser")));
        return TypedResults.NoContent();
    }

    static async Task<NoContent> SignOutAsync(HttpContext context)
    {
        await context.SignOutAsync(SignInCookie.Scheme);
        return TypedResults.NoContent();
    }
}
