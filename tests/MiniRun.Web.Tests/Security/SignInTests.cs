using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Web.Security;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Security;

public sealed class SignInTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_signs_one_browser_in_once()
    {
        using var host = new PanelHost();
        using var admin = host.WithToken();
        using var made = await admin.PostAsync("/api/v1/sign-in/links", null, Token);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var url = (await Json.ReadAsync(made)).GetProperty("url").GetString()!;
        Assert.StartsWith($"http://localhost:{host.Http.Port}/sign-in#ticket=", url, StringComparison.Ordinal);

        using var browser = host.Anonymous();
        var ticket = $$"""{"ticket":"{{url.Split('=')[1]}}"}""";
        using var first = await browser.PostAsync("/api/v1/sign-in", Json.Body(ticket), Token);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("; secure", cookie, StringComparison.OrdinalIgnoreCase);

        using var second = await browser.PostAsync("/api/v1/sign-in", Json.Body(ticket), Token);
        Assert.Equal("ticket-refused", (await Json.ProblemAsync(second, HttpStatusCode.Unauthorized)).Code);
        using var missing = await browser.PostAsync("/api/v1/sign-in", Json.Body("{}"), Token);
        await Json.ProblemAsync(missing, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public void Of_many_who_use_one_ticket_at_once_one_wins()
    {
        var tickets = new SignInTickets(TimeProvider.System);
        var (ticket, _) = tickets.Issue();
        var winners = 0;
        Parallel.For(0, 20, _ => Interlocked.Add(ref winners, tickets.Redeem(ticket) ? 1 : 0));
        Assert.Equal(1, winners);
    }

    [Fact]
    public void A_ticket_lives_half_an_hour()
    {
        var time = new MovedTime();
        var tickets = new SignInTickets(time);
        var (early, _) = tickets.Issue();
        var (late, _) = tickets.Issue();
        time.Offset = TimeSpan.FromMinutes(29);
        Assert.True(tickets.Redeem(early));
        time.Offset = TimeSpan.FromMinutes(31);
        Assert.False(tickets.Redeem(late));
    }

    [Fact]
    public async Task A_browsers_session_cannot_make_links()
    {
        using var host = new PanelHost();
        using var browser = await host.WithCookieAsync();
        using var response = await browser.PostAsync("/api/v1/sign-in/links", null, Token);
        Assert.Equal("forbidden", (await Json.ProblemAsync(response, HttpStatusCode.Forbidden)).Code);
    }

    [Fact]
    public async Task A_session_outlives_the_panel_but_not_its_twelve_hours()
    {
        var root = Directory.CreateTempSubdirectory("minirun-web-").FullName;
        try
        {
            string cookie;
            using (var before = new PanelHost(root: root))
            {
                cookie = await before.SignInAsync();
            }

            var time = new MovedTime();
            using var after = new PanelHost(time, root);
            using var client = after.Anonymous();
            client.DefaultRequestHeaders.Add("Cookie", cookie);
            using var read = await client.GetAsync("/api/v1/containers", Token);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            time.Offset = TimeSpan.FromHours(12.1);
            using var expired = await client.GetAsync("/api/v1/containers", Token);
            Assert.Equal(HttpStatusCode.Unauthorized, expired.StatusCode);
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(root, "home", "keys")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        using var host = new PanelHost();
        using var browser = await host.WithCookieAsync();
        using var response = await browser.PostAsync("/api/v1/sign-out", null, Token);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("minirun=; expires=Thu, 01 Jan 1970", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_tickets_is_slowed_down()
    {
        using var host = new PanelHost();
        using var client = host.Anonymous();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var wrong = await client.PostAsync("/api/v1/sign-in", Json.Body("""{"ticket":"guess"}"""), Token);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var slowed = await client.PostAsync("/api/v1/sign-in", Json.Body("""{"ticket":"guess"}"""), Token);
        await Json.ProblemAsync(slowed, HttpStatusCode.TooManyRequests);
        Assert.Equal("60", slowed.Headers.RetryAfter?.ToString());
    }
}
