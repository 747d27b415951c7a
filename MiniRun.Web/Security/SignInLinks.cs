using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Security;

/// <summary>Makes the links that people open. The ticket is in the fragment, which browsers send to nobody.</summary>
sealed class SignInLinks(SignInTickets tickets, Certificates certificates, PanelOptions options, IServer server)
{
    public SignInLink Create()
    {
        var (ticket, expiresAt) = tickets.Issue();
        var scheme = certificates.Active is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        return new SignInLink($"{scheme}://localhost:{PortOf(scheme)}/sign-in#ticket={ticket}", expiresAt);
    }

    /// <summary>The port in use, which the kernel chose when the option is 0.</summary>
    int PortOf(string scheme) => server.Features.Get<IServerAddressesFeature>()?.Addresses
        .Where(address => address.StartsWith(scheme + "://", StringComparison.Ordinal) && !address.Contains("://unix:", StringComparison.Ordinal))
        .Select(static address => (int?)BindingAddress.Parse(address).Port)
        .FirstOrDefault() ?? (scheme == Uri.UriSchemeHttps ? options.HttpsPort : options.HttpPort);
}
