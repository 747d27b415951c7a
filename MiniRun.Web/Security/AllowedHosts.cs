using System.Net;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Security;

/// <summary>The names under which this panel answers. Any other name in Host means that somebody's DNS points here (DNS rebinding).</summary>
sealed class AllowedHosts(Certificates certificates)
{
    static readonly HashSet<string> Always =
        new(["localhost", "127.0.0.1", "[::1]", Dns.GetHostName()], StringComparer.OrdinalIgnoreCase);

    /// <param name="host">Host without its port; an IPv6 address in brackets.</param>
    public bool Allows(string host) => Always.Contains(host) || IsCertified(host);

    bool IsCertified(string host)
    {
        var name = host is ['[', .. var inner, ']'] ? inner : host;
        // MatchesHostname would take "localhost." and 2130706433 as well: only the usual spelling counts.
        var usual = IPAddress.TryParse(name, out var address)
            ? string.Equals(address.ToString(), name, StringComparison.OrdinalIgnoreCase)
            : !name.EndsWith('.') && Uri.CheckHostName(name) is UriHostNameType.Dns;
        return usual && certificates.Active?.Certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false) is true;
    }
}
