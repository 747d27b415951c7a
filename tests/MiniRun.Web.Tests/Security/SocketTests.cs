using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MiniRun.Web.Security;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Security;

public sealed class SocketTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Root_needs_no_token_on_the_socket()
    {
        using var host = new PanelHost();
        host.Start();
        using var client = host.OverSocket();
        using var response = await client.GetAsync("/containers", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var link = await client.PostAsync("/api/v1/sign-in/links", null, Token);
        Assert.Equal(HttpStatusCode.Created, link.StatusCode);
        Assert.Contains("http://localhost:", (await Json.ReadAsync(link)).GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Another_user_is_refused_and_the_file_modes_keep_them_out_before()
    {
        using var host = new PanelHost();
        host.Start();
        Assert.Equal("750 660", await ShellAsync($"stat -c %a {host.Run} {host.SocketPath} | paste -sd ' '"));
        var curl = $"su nobody -s /bin/sh -c \"curl -s -o /dev/null -w '%{{http_code}}' --unix-socket {host.SocketPath} http://minirun/containers\"";
        Assert.Equal("000", await ShellAsync(curl));

        // With the file modes out of the way, the kernel's word on the peer decides.
        await ShellAsync($"chmod 755 {host.Root} {host.Run}; chmod 666 {host.SocketPath}");
        Assert.Equal("403", await ShellAsync(curl));
        Assert.Equal("200", await ShellAsync(curl.Replace("/containers", "/health", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0u, 0u, true)]
    [InlineData(65534u, 65534u, false)]
    public void Root_may_and_nobody_may_not(uint uid, uint gid, bool may) =>
        Assert.Equal(may, new PeerCredentials(1, uid, gid, []).MayAdminister);

    [Fact]
    public async Task A_socket_left_by_a_killed_panel_is_replaced()
    {
        using var host = new PanelHost();
        Directory.CreateDirectory(host.Run);
        // .NET removes the file of a socket that it closes; a rename is what hides it from that, as SIGKILL would.
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(host.SocketPath + ".bound"));
            File.Move(host.SocketPath + ".bound", host.SocketPath);
        }

        Assert.True(File.Exists(host.SocketPath));
        host.Start();
        using var client = host.OverSocket();
        using var response = await client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public void A_second_panel_does_not_take_the_socket_of_the_first()
    {
        using var first = new PanelHost();
        first.Start();
        using var second = new PanelHost(root: first.Root);
        var refusal = Assert.Throws<InvalidOperationException>(() => second.Start());
        Assert.Contains("MINIRUN_RUN", refusal.Message, StringComparison.Ordinal);
    }

    static async Task<string> ShellAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await shell.StandardOutput.ReadToEndAsync(Token);
        await shell.WaitForExitAsync(Token);
        return output.Trim();
    }
}
