using System.Net;
using MiniRun.Web.Hosting;
using MiniRun.Web.Security;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Security;

public sealed class TokenTests(PanelHost host) : IClassFixture<PanelHost>
{
    [Fact]
    public void The_token_is_random_kept_and_only_for_its_owner()
    {
        var path = Path.Combine(host.Home, "token");
        Assert.Equal(43, host.Token.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.True(new AccessToken(Options(host.Home)).Matches(host.Token));
        Assert.False(new AccessToken(Options(host.Home)).Matches(host.Token + "x"));
    }

    [Fact]
    public void An_empty_token_file_stops_the_start_instead_of_opening_the_panel()
    {
        var home = Directory.CreateTempSubdirectory("minirun-web-");
        try
        {
            File.WriteAllText(Path.Combine(home.FullName, "token"), "\n");
            Assert.Contains("delete it", Assert.Throws<InvalidDataException>(() => new AccessToken(Options(home.FullName))).Message, StringComparison.Ordinal);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("Bearer {token}", 200)]
    [InlineData("bearer {token}", 200)]
    [InlineData("Bearer x{token}", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Basic {token}", 401)]
    [InlineData("{token}", 401)]
    public async Task Only_the_whole_token_as_bearer_counts(string header, int status)
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header.Replace("{token}", host.Token, StringComparison.Ordinal));
        using var response = await client.GetAsync("/api/v1", TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_token_in_the_query_is_no_token()
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync($"/api/v1?token={host.Token}&access_token={host.Token}", TestContext.Current.CancellationToken);
        await Json.ProblemAsync(response, HttpStatusCode.Unauthorized);
    }

    static PanelOptions Options(string home) => new()
    {
        Home = home, Run = "/", Runtime = "/", Cgroup = "x", Certs = "/", HttpPort = 0, HttpsPort = 0,
    };
}
