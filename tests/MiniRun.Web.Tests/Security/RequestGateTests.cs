using System.Net;
using System.Net.WebSockets;
using MiniRun.Web.Tests.Engine;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Security;

public sealed class RequestGateTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1", 200)]
    [InlineData("127.0.0.1:9", 200)]
    [InlineData("[::1]:8080", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("2130706433", 421)]
    [InlineData("[::ffff:127.0.0.1]", 421)]
    [InlineData("169.254.169.254", 421)]
    public async Task Host_must_be_a_name_of_this_panel(string name, int status)
    {
        using var client = host.WithToken();
        client.DefaultRequestHeaders.Host = name;
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "localhost");
        using var response = await client.GetAsync("/api/v1", Token);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_machines_own_name_is_allowed_and_health_answers_any()
    {
        using var client = host.WithToken();
        client.DefaultRequestHeaders.Host = Dns.GetHostName();
        using var named = await client.GetAsync("/api/v1", Token);
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        client.DefaultRequestHeaders.Host = "10.1.2.3";
        using var health = await client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var other = await client.GetAsync("/healthy", Token);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, other.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://localhost")]
    [InlineData("https://{host}")]
    [InlineData("http://{host}/")]
    public async Task A_foreign_origin_is_refused_with_any_credential(string origin)
    {
        foreach (var client in (HttpClient[])[host.WithToken(), await host.WithCookieAsync(origin: false)])
        {
            using (client)
            {
                client.DefaultRequestHeaders.Add("Origin", origin.Replace("{host}", host.Http.Authority, StringComparison.Ordinal));
                using var response = await client.GetAsync("/api/v1", Token);
                Assert.Equal("foreign-origin", (await Json.ProblemAsync(response, HttpStatusCode.Forbidden)).Code);
            }
        }
    }

    [Fact]
    public async Task A_cookie_changes_things_only_from_the_panels_own_pages()
    {
        using var without = await host.WithCookieAsync(origin: false);
        using var refused = await without.PostAsync("/api/v1/containers", Json.Body("""{"name":"csrf"}"""), Token);
        await Json.ProblemAsync(refused, HttpStatusCode.Forbidden);
        using var read = await without.GetAsync("/api/v1/containers", Token);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);

        without.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var fetched = await without.PostAsync("/api/v1/containers", Json.Body("""{"name":"fetched"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, fetched.StatusCode);

        using var own = await host.WithCookieAsync();
        using var created = await own.PostAsync("/api/v1/containers", Json.Body("""{"name":"own"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        using var token = host.WithToken();
        using var script = await token.PostAsync("/api/v1/containers", Json.Body("""{"name":"script"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, script.StatusCode);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    public async Task A_form_on_another_site_changes_nothing(string type)
    {
        using var client = await host.WithCookieAsync(origin: false);
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        foreach (var path in (string[])["/api/v1/containers", "/api/v1/containers/x/start", "/api/v1/sign-out", "/api/v1/sign-in"])
        {
            using var body = new ByteArrayContent("{}"u8.ToArray());
            body.Headers.TryAddWithoutValidation("Content-Type", type);
            using var response = await client.PostAsync(path, body, Token);
            await Json.ProblemAsync(response, HttpStatusCode.Forbidden);
        }
    }

    [Theory]
    [InlineData("cookie", "https://evil.example", false)]
    [InlineData("cookie", "null", false)]
    [InlineData("cookie", null, false)]
    [InlineData("cookie", "own", true)]
    [InlineData("token", "https://evil.example", false)]
    [InlineData("token", null, true)]
    [InlineData("query", null, false)]
    public async Task A_websocket_opens_only_for_own_pages_and_tokens(string credential, string? origin, bool opens)
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"socket"}"""), Token);
        host.Engine.Consoles["socket"] = new FakeConsoleSession(terminal: true);
        foreach (var path in (string[])["/api/v1/containers/socket/attach", "/hubs/console"])
        {
            using var socket = new ClientWebSocket();
            if (credential is "cookie")
            {
                socket.Options.SetRequestHeader("Cookie", await host.SignInAsync());
            }
            else if (credential is "token")
            {
                socket.Options.SetRequestHeader("Authorization", "Bearer " + host.Token);
            }

            if (origin is not null)
            {
                socket.Options.SetRequestHeader("Origin", origin is "own" ? "http://" + host.Http.Authority : origin);
            }

            var query = credential is "query" ? $"?access_token={host.Token}&token={host.Token}" : "";
            var open = socket.ConnectAsync(new Uri($"ws://{host.Http.Authority}{path}{query}"), Token);
            if (opens)
            {
                await open;
            }
            else
            {
                await Assert.ThrowsAsync<WebSocketException>(() => open);
            }
        }
    }

    [Fact]
    public async Task Every_response_carries_the_headers_for_browsers()
    {
        using var client = host.Anonymous();
        foreach (var path in (string[])["/health", "/api/v1/nothing", "/nothing"])
        {
            using var response = await client.GetAsync(path, Token);
            Assert.Contains("script-src 'self';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
            Assert.False(response.Headers.Contains("Strict-Transport-Security"));
            Assert.False(response.Headers.Contains("Server"));
        }
    }
}
