using Microsoft.AspNetCore.Authentication.Cookies;
using MiniRun.Web.Api;

namespace MiniRun.Web.Security;

/// <summary>The session of a browser.</summary>
static class SignInCookie
{
    public const string Scheme = "Cookie";
    public const string Name = "minirun";

    /// <summary>Absolute: use does not prolong it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = Name;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = Lifetime;
        options.SlidingExpiration = false;
        options.Events.OnRedirectToLogin = static context =>
        {
            if (RequestKind.IsPage(context.Request))
            {
                context.Response.Redirect("/sign-in");
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            }

            return Task.CompletedTask;
        };
        options.Events.OnRedirectToAccessDenied = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }
}
