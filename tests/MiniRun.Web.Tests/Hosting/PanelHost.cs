using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Security;
using MiniRun.Web.Tests.Engine;

namespace MiniRun.Web.Tests.Hosting;

/// <summary>The real panel on ports of its own, in folders of its own, over a fake engine.</summary>
public class PanelHost : WebApplicationFactory<Program>
{
    readonly TimeProvider? _time;
    readonly bool _ownsRoot;
    bool _started;

    public PanelHost()
        : this(null)
    {
    }

    internal PanelHost(TimeProvider? time = null, string? root = null)
    {
        _time = time;
        _ownsRoot = root is null;
        Root = root ?? Directory.CreateTempSubdirectory("minirun-web-").FullName;
        Directory.CreateDirectory(Certs);
        UseKestrel();
    }

    public string Root { get; }

    public string Home => Path.Combine(Root, "home");

    public string Run => Path.Combine(Root, "run");

    public string Certs => Path.Combine(Root, "certs");

    public string SocketPath => Path.Combine(Run, "minirun.sock");

    internal FakeContainerEngine Engine { get; } = new();

    public string Token
    {
        get
        {
            Start();
            return File.ReadAllText(Path.Combine(Home, "token")).Trim();
        }
    }

    public Uri Http => Address("http://127.0.0.1:");

    public Uri Https => Address("https://127.0.0.1:");

    /// <summary>A client without any credential.</summary>
    public HttpClient Anonymous() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Http };

    public HttpClient WithToken()
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    /// <summary>A browser's client: its session's cookie and an Origin of the panel's own.</summary>
    public async Task<HttpClient> WithCookieAsync(bool origin = true)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("Cookie", await SignInAsync());
        if (origin)
        {
            client.DefaultRequestHeaders.Add("Origin", Http.GetLeftPart(UriPartial.Authority));
        }

        return client;
    }

    /// <summary>name=value of a fresh session.</summary>
    public async Task<string> SignInAsync()
    {
        using var client = Anonymous();
        var (ticket, _) = Start().GetRequiredService<SignInTickets>().Issue();
        using var response = await client.PostAsync(
            new Uri("/api/v1/sign-in", UriKind.Relative), Json.Body($$"""{"ticket":"{{ticket}}"}"""), TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public HttpClient OverSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://minirun/") };

    /// <summary>Starts the panel when it does not run yet.</summary>
    public IServiceProvider Start()
    {
        if (!_started)
        {
            _started = true;
            StartServer();
        }

        return Services;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("MINIRUN_HOME", Home);
        builder.UseSetting("MINIRUN_RUN", Run);
        builder.UseSetting("MINIRUN_CERTS", Certs);
        builder.UseSetting("MINIRUN_HTTP_PORT", "0");
        builder.UseSetting("MINIRUN_HTTPS_PORT", "0");
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<IContainerEngine>(Engine);
            if (_time is not null)
            {
                services.AddSingleton(_time);
            }
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _ownsRoot && Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    Uri Address(string prefix) => new(Start().GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
        .Addresses.Single(a => a.StartsWith(prefix, StringComparison.Ordinal)));
}
