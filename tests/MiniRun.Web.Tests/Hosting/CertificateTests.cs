using System.Net;
using System.Net.Security;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Hosting;

public sealed class CertificateTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replaced_certificate_is_served_and_a_broken_one_is_not()
    {
        using var host = new PanelHost();
        var first = TestCertificate.Write(host.Certs, "localhost", "127.0.0.1");
        Assert.Equal(first, await ServedAsync(host));

        File.WriteAllText(Path.Combine(host.Certs, "minirun.crt"), "damaged");
        await Task.Delay(TimeSpan.FromSeconds(3), Token);
        Assert.Equal(first, await ServedAsync(host));

        var second = TestCertificate.Write(host.Certs, "localhost", "127.0.0.1");
        for (var attempt = 0; await ServedAsync(host) != second; attempt++)
        {
            Assert.True(attempt < 50, "The new certificate is not served after five seconds.");
            await Task.Delay(100, Token);
        }
    }

    [Fact]
    public async Task With_a_certificate_browsers_move_to_https_and_programs_stay()
    {
        using var host = new PanelHost();
        TestCertificate.Write(host.Certs, "localhost", "panel.example", "192.0.2.7");
        using var client = host.WithToken();
        using var api = await client.GetAsync("/containers", Token);
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        using var health = await client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var canonical = await client.GetAsync("/api/v1", Token);
        Assert.Equal(HttpStatusCode.OK, canonical.StatusCode);
        client.DefaultRequestHeaders.Host = $"localhost:{host.Http.Port}";
        using var page = await client.GetAsync("/containers?x=1", Token);
        Assert.Equal(
            (HttpStatusCode.TemporaryRedirect, $"https://localhost:{host.Https.Port}/containers?x=1"), (page.StatusCode, page.Headers.Location?.OriginalString));

        using var link = await client.PostAsync("/api/v1/sign-in/links", null, Token);
        Assert.StartsWith($"https://localhost:{host.Https.Port}/sign-in#", (await Json.ReadAsync(link)).GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_the_certificate_are_names_of_the_panel()
    {
        using var host = new PanelHost();
        TestCertificate.Write(host.Certs, "panel.example", "*.apps.example", "192.0.2.7", "2001:db8::7");
        foreach (var (name, status) in ((string, HttpStatusCode)[])
            [("panel.example", HttpStatusCode.OK), ("a.apps.example", HttpStatusCode.OK), ("192.0.2.7", HttpStatusCode.OK), ("[2001:db8::7]", HttpStatusCode.OK),
             ("panel.example.", HttpStatusCode.MisdirectedRequest), ("192.0.2.8", HttpStatusCode.MisdirectedRequest), ("a.b.apps.example", HttpStatusCode.MisdirectedRequest)])
        {
            using var client = host.WithToken();
            client.DefaultRequestHeaders.Host = name;
            using var response = await client.GetAsync("/api/v1", Token);
            Assert.True(status == response.StatusCode, $"{name}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task Https_speaks_http2_and_marks_its_cookie_secure()
    {
        using var host = new PanelHost();
        TestCertificate.Write(host.Certs, "localhost", "panel.example");
        using var client = Client(host, static _ => { });
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.DefaultRequestHeaders.Host = "panel.example";
        using var response = await client.GetAsync("/health", Token);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.StartsWith("max-age=", response.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);

        using var admin = host.WithToken();
        using var link = await admin.PostAsync("/api/v1/sign-in/links", null, Token);
        var ticket = (await Json.ReadAsync(link)).GetProperty("url").GetString()!.Split('=')[1];
        using var signedIn = await client.PostAsync("/api/v1/sign-in", Json.Body($$"""{"ticket":"{{ticket}}"}"""), Token);
        Assert.Contains("; secure", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    static async Task<string> ServedAsync(PanelHost host)
    {
        var thumbprint = "";
        using var client = Client(host, t => thumbprint = t);
        using var response = await client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return thumbprint;
    }

    static HttpClient Client(PanelHost host, Action<string> served) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            // The chain is not trusted here: the test compares the certificate itself.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                served(certificate?.GetCertHashString() ?? "");
                return certificate is not null;
            },
        },
    })
    { BaseAddress = host.Https };
}
