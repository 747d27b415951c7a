using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Security;

public sealed class AnonymousTests(PanelHost host) : IClassFixture<PanelHost>
{
    /// <summary>Everything that answers strangers. A line more here is a decision, not a repair of a test.</summary>
    static readonly HashSet<string> Open = ["GET /health", "GET /health/ready", "POST /api/v1/sign-in", "* /sign-in"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_refuses_strangers_unless_it_is_listed()
    {
        using var client = host.Anonymous();
        var asked = 0;
        foreach (var endpoint in Endpoints())
        {
            var path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(static s => string.Concat(s.Parts.Select(
                static p => p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "v1")))).TrimEnd('/');
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"];
            // Over HTTP/1.1 nothing sends CONNECT to a path; the hubs' endpoints answer it for HTTP/2.
            foreach (var method in methods.Where(static m => m != "CONNECT"))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
                if (Open.Contains($"{method} {path}") || Open.Contains("* " + path))
                {
                    continue;
                }

                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path} answers a stranger with {(int)response.StatusCode}.");
                asked++;
            }
        }

        Assert.True(asked > 20, $"Only {asked} endpoints were asked.");
    }

    [Fact]
    public void Only_listed_endpoints_and_static_assets_allow_anonymous()
    {
        var open = Endpoints(withAssets: true)
            .Where(static e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(static e => "/" + e.RoutePattern.RawText!.Trim('/'))
            .Where(static path => !Open.Any(o => o.EndsWith(" " + path, StringComparison.Ordinal)));
        Assert.Empty(open);
    }

    [Fact]
    public void No_endpoint_changes_anything_by_GET()
    {
        string[] verbs = ["/start", "/stop", "/kill", "/restart", "/sign-out", "/links"];
        Assert.DoesNotContain(Endpoints(), e =>
            e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") is true
            && verbs.Any(v => e.RoutePattern.RawText!.EndsWith(v, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/containers", "text/html", HttpStatusCode.Redirect)]
    [InlineData("/", "text/html,*/*", HttpStatusCode.Redirect)]
    [InlineData("/containers", "application/json", HttpStatusCode.Unauthorized)]
    [InlineData("/api/v1/containers", "text/html", HttpStatusCode.Unauthorized)]
    [InlineData("/hubs/metrics", "text/html", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing/here", "*/*", HttpStatusCode.Unauthorized)]
    public async Task Browsers_are_sent_to_the_sign_in_page_and_programs_get_a_problem(string path, string accept, HttpStatusCode status)
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("Accept", accept);
        using var response = await client.GetAsync(path, Token);
        if (status is HttpStatusCode.Redirect)
        {
            Assert.Equal((status, "/sign-in"), (response.StatusCode, response.Headers.Location?.OriginalString));
        }
        else
        {
            Assert.Equal("sign-in-required", (await Json.ProblemAsync(response, status)).Code);
        }
    }

    IEnumerable<RouteEndpoint> Endpoints(bool withAssets = false) => host.Start().GetServices<EndpointDataSource>()
        .SelectMany(static s => s.Endpoints)
        .OfType<RouteEndpoint>()
        .Where(e => withAssets || e.Metadata.GetMetadata<StaticAssetDescriptor>() is null);
}
