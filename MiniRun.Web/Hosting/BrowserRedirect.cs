using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using MiniRun.Web.Api;
using MiniRun.Web.Security;

namespace MiniRun.Web.Hosting;

/// <summary>With a certificate, pages move to HTTPS; the API and /health go on answering on the plain port.</summary>
static class BrowserRedirect
{
    public static void UseBrowserRedirect(this WebApplication app)
    {
        var certificates = app.Services.GetRequiredService<Certificates>();
        var server = app.Services.GetRequiredService<IServer>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            var isMoved = !request.IsHttps && certificates.Active is not null && RequestKind.IsPage(request)
                && context.Features.Get<PeerCredentials>() is null;
            if (!isMoved || HttpsPort(server) is not { } port)
            {
                return next(context);
            }

            // 307, not 301: a browser would remember 301 beyond the certificate's life.
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"https://{request.Host.Host}:{port}{request.PathBase}{request.Path}{request.QueryString}";
            return Task.CompletedTask;
        });
    }

    static int? HttpsPort(IServer server) => server.Features.Get<IServerAddressesFeature>()?.Addresses
        .Where(static a => a.StartsWith("https://", StringComparison.Ordinal))
        .Select(static a => (int?)BindingAddress.Parse(a).Port)
        .FirstOrDefault();
}
