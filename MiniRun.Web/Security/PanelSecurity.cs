using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Security;

/// <summary>Three ways to be known (cookie, token, unix socket) and one rule: nothing for strangers unless an endpoint says so.</summary>
static class PanelSecurity
{
    /// <summary>For acts that a browser's cookie must not be enough for.</summary>
    public const string HostCredential = "HostCredential";

    public const string SignInRate = "SignIn";

    const int SignInsPerMinute = 20;
    const string Selector = "Panel";

    public static IServiceCollection AddPanelSecurity(this IServiceCollection services, PanelOptions options)
    {
        // Made now, so that the file is there as soon as the panel is.
        services.AddSingleton(new AccessToken(options));
        services.AddSingleton<SignInTickets>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<AllowedHosts>();
        services.AddDataProtection().SetApplicationName("MiniRun").PersistKeysToFileSystem(KeyFolder(options));
        services.AddAuthentication(Selector)
            .AddPolicyScheme(Selector, displayName: null, static o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, PeerAuthentication>(PeerAuthentication.SchemeName, configureOptions: null)
            .AddCookie(SignInCookie.Scheme, SignInCookie.Configure);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(HostCredential, static p => p
                .RequireAuthenticatedUser()
                .RequireAssertion(static c => c.User.Identity?.AuthenticationType is TokenAuthentication.SchemeName or PeerAuthentication.SchemeName));
        services.AddCascadingAuthenticationState();
        return services.AddRateLimiter(static o =>
        {
            o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            o.OnRejected = static (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                return ValueTask.CompletedTask;
            };
            o.AddPolicy(SignInRate, static context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "local",
                static _ => new FixedWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });
    }

    /// <summary>An Authorization header wins over a cookie, so that a browser's ambient credential is never mixed with it.</summary>
    static string SchemeOf(HttpContext context) =>
        context.Features.Get<PeerCredentials>() is not null ? PeerAuthentication.SchemeName
        : context.Request.Headers.Authorization.Count > 0 ? TokenAuthentication.SchemeName
        : SignInCookie.Scheme;

    /// <summary>Keys outlive the panel, and with them the sessions; without them each start would sign everybody out.</summary>
    static DirectoryInfo KeyFolder(PanelOptions options)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(options.Home, OwnerOnly);
        return Directory.CreateDirectory(Path.Combine(options.Home, "keys"), OwnerOnly);
    }
}
