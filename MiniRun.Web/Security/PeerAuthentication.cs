using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using MiniRun.Web.Api;

namespace MiniRun.Web.Security;

/// <summary>On the unix socket the kernel says who is there: root and the group <c>minirun</c> need no token, others get nothing.</summary>
sealed class PeerAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Peer";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Context.Features.Get<PeerCredentials>() switch
    {
        null => AuthenticateResult.NoResult(),
        { MayAdminister: true } peer => AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(Administrator.Identity(SchemeName, $"uid:{peer.Uid}")), SchemeName)),
        var peer => AuthenticateResult.Fail($"uid {peer.Uid} is neither root nor in the group {LocalGroup.Name}."),
    });

    // 403, not 401: this caller is known, and no other credential would help here.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Problems.WriteAsync(
        Context, StatusCodes.Status403Forbidden, "forbidden", $"This socket is for root and the group {LocalGroup.Name}; ask an administrator to add you to it.");
}
