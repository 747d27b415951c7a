using System.Globalization;
using Microsoft.Playwright;

namespace MiniRun.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class ContainerFromTheBrowserTests(PanelFixture panel, ITestOutputHelper output)
{
    const int Red = 1;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_lives_from_the_form_to_its_deletion()
    {
        await using var tab = await PanelTab.OpenAsync(panel);
        try
        {
            await SignInAsync(tab);
            await tab.ShootAsync("empty");
            await CreateAsync(tab, "e2e-shell");
            await ConsoleWorksAsync(tab.Page);
            await ChartsMoveAsync(tab.Page);
            await tab.ShootAsync("detail");
            await ReloadReplaysAsync(tab.Page);
            await ListShowsItAsync(tab, "e2e-shell");
            await StopAndDeleteAsync(tab.Page, "e2e-shell");
            Assert.Empty(tab.Problems);
        }
        finally
        {
            output.WriteLine(string.Join('\n', tab.Problems));
            output.WriteLine(panel.Log);
            await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PanelFixture.Screenshots, "last.png") });
        }
    }

    [Fact]
    public async Task A_stranger_is_told_how_to_get_in()
    {
        await using var tab = await PanelTab.OpenAsync(panel);

        await tab.Page.GotoAsync("/sign-in");

        Assert.Contains("minirun setup-url", await tab.Page.InnerTextAsync("[data-sign-in-help]"), StringComparison.Ordinal);
        await tab.ShootAsync("sign-in");
        Assert.Empty(tab.Problems);
    }

    [Fact]
    public async Task A_link_works_once()
    {
        var link = await panel.CreateSignInLinkAsync(Cancelled);
        await using var first = await PanelTab.OpenAsync(panel);
        await first.Page.GotoAsync(link);
        await Assertions.Expect(first.Page).ToHaveURLAsync("/containers");

        await using var second = await PanelTab.OpenAsync(panel);
        await second.Page.GotoAsync(link);

        await second.Page.Locator("[data-sign-in-status=failed]").WaitForAsync();
        Assert.DoesNotContain("ticket", second.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_container_has_a_page_that_says_so()
    {
        await using var tab = await PanelTab.OpenAsync(panel);
        await SignInAsync(tab);

        await tab.Page.GotoAsync("/containers/nobody");

        await tab.Page.GetByText("No container is named nobody").WaitForAsync();
        Assert.Empty(tab.Problems);
    }

    async Task SignInAsync(PanelTab tab)
    {
        await tab.Page.GotoAsync(await panel.CreateSignInLinkAsync(Cancelled));
        // Not WaitForURLAsync: it waits for a load event, which may be over before it begins to listen.
        await Assertions.Expect(tab.Page).ToHaveURLAsync("/containers");
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Containers", Exact = true }).WaitForAsync();
    }

    static async Task CreateAsync(PanelTab tab, string name)
    {
        await tab.Page.Locator("[data-create]").ClickAsync();
        await tab.Page.Locator("[data-field=name] input").FillAsync(name);
        await tab.Page.Locator("[data-field=command] input").FillAsync("/bin/bash");
        await tab.ShootAsync("create");
        await tab.Page.Locator("[data-create-start]").ClickAsync();
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"/containers/{name}");
    }

    static async Task ConsoleWorksAsync(IPage page)
    {
        await ConsoleProbe.ConnectedAsync(page);
        await ConsoleProbe.TypeLineAsync(page, "echo hello");
        await ConsoleProbe.SeesLineAsync(page, "hello");

        await ConsoleProbe.TypeLineAsync(page, @"printf '\e[31mcolou%s\e[0m\n' red");
        await ConsoleProbe.SeesLineAsync(page, "coloured");
        Assert.All(await ConsoleProbe.ColoursAsync(page, "coloured"), colour => Assert.Equal(Red, colour));

        var before = await ConsoleProbe.SizeAsync(page);
        await page.SetViewportSizeAsync(1200, 700);
        await page.WaitForFunctionAsync("before => window.minirun.console.size !== before", before);
        // The new size is sent once the window has come to rest.
        await page.WaitForTimeoutAsync(500);
        await ConsoleProbe.TypeLineAsync(page, "stty size");
        await ConsoleProbe.SeesLineAsync(page, await ConsoleProbe.SizeAsync(page));
        await page.SetViewportSizeAsync(1440, 900);
    }

    static async Task ChartsMoveAsync(IPage page)
    {
        foreach (var chart in new[] { "memory", "cpu", "pids" })
        {
            var before = await PointsAsync(page, chart);
            await page.WaitForFunctionAsync(
                "([chart, before]) => Number(document.querySelector(`[data-chart=${chart}]`).dataset.points) >= before + 2",
                new object[] { chart, before });
        }

        Assert.Matches("^[0-9.]+ [KM]iB$", await page.InnerTextAsync("[data-chart=memory] [data-now]"));
    }

    static async Task<int> PointsAsync(IPage page, string chart) =>
        int.Parse(await page.Locator($"[data-chart={chart}]").GetAttributeAsync("data-points") ?? "0", CultureInfo.InvariantCulture);

    static async Task ReloadReplaysAsync(IPage page)
    {
        await page.ReloadAsync();
        await ConsoleProbe.ConnectedAsync(page);
        await ConsoleProbe.SeesLineAsync(page, "hello");
        await ConsoleProbe.TypeLineAsync(page, "echo again");
        await ConsoleProbe.SeesLineAsync(page, "again");
    }

    static async Task ListShowsItAsync(PanelTab tab, string name)
    {
        await tab.Page.GotoAsync("/containers");
        var row = tab.Page.Locator($"tr[data-name={name}]");
        await row.Locator("[data-state=running]").WaitForAsync();
        await Assertions.Expect(row.Locator("[data-metric=memory] [data-value]")).ToContainTextAsync("/ 512 MiB");
        await tab.ShootAsync("containers");
    }

    static async Task StopAndDeleteAsync(IPage page, string name)
    {
        var row = page.Locator($"tr[data-name={name}]");
        await row.Locator("[data-act=stop]").ClickAsync();
        await row.Locator("[data-state=exited]").WaitForAsync(new() { Timeout = 20_000 });
        await row.Locator("[data-act=delete]").ClickAsync();
        await page.Locator("[data-confirm]").ClickAsync();
        await page.GetByText("No containers yet").WaitForAsync();
    }
}
