using System.Net;
using Microsoft.Extensions.Primitives;
using MiniRun.Web.Api;

namespace MiniRun.Web.Security;

/// <summary>Turns away, before anything else runs, what only another site's page would send.</summary>
sealed class RequestGate(RequestDelegate next, AllowedHosts hosts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // Browsers cannot open unix sockets, and the kernel vouches for who can.
        if (context.Features.Get<PeerCredentials>() is not null)
        {
            return next(context);
        }

        // Load balancers ask for /health by address.
        var isHealth = request.Path.Value is "/health" or "/health/ready";
        if (!isHealth && !hosts.Allows(request.Host.Host))
        {
            return Problems.WriteAsync(
                context, (int)HttpStatusCode.MisdirectedRequest, "unknown-host", $"\"{Shorten(request.Host.Host)}\" is not a name of this panel; use localhost or a name in its certificate.");
        }

        return IsFromElsewhere(request)
            ? Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "foreign-origin", "The request came from another site's page; open the panel itself, or use a token without an Origin header.")
            : next(context);
    }

    static bool IsFromElsewhere(HttpRequest request)
    {
        if (request.Headers.Origin is { Count: > 0 } origin)
        {
            return !IsOwn(origin, request);
        }

        // Without Origin only a credential that the browser adds by itself is dangerous.
        var isAmbient = request.Cookies.ContainsKey(SignInCookie.Name) && StringValues.IsNullOrEmpty(request.Headers.Authorization);
        return isAmbient && (IsWebSocket(request) || (IsUnsafe(request.Method) && !IsSameOriginFetch(request)));
    }

    static bool IsOwn(StringValues origin, HttpRequest request) =>
        origin.Count == 1 && string.Equals(origin[0], $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Over HTTP/2 a WebSocket opens with CONNECT (RFC 8441).</summary>
    static bool IsWebSocket(HttpRequest request) =>
        HttpMethods.IsConnect(request.Method) || string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    static bool IsUnsafe(string method) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !HttpMethods.IsTrace(method);

    static bool IsSameOriginFetch(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["same-origin"];

    static string Shorten(string host) => host.Length <= 60 ? host : host[..60] + "…";
}
