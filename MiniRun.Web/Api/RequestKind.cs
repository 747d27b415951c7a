namespace MiniRun.Web.Api;

/// <summary>Whether a person's browser or a program asks; the answers differ.</summary>
static class RequestKind
{
    static readonly PathString[] Machine = ["/api", "/hubs", "/openapi", "/health", "/_blazor"];

    public static bool AcceptsHtml(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>A page that somebody opens, as opposed to the API, a hub or a script's request.</summary>
    public static bool IsPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && AcceptsHtml(request)
        && !Array.Exists(Machine, prefix => request.Path.StartsWithSegments(prefix, StringComparison.Ordinal));
}
