using System.Globalization;
using Microsoft.Playwright;

namespace MiniRun.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class LearnFromTheBrowserTests(PanelFixture panel, ITestOutputHelper output)
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_demonstration_can_be_watched_on_a_wide_and_on_a_narrow_screen()
    {
        await using var tab = await PanelTab.OpenAsync(panel);
        var page = tab.Page;
        try
        {
            await page.GotoAsync(await panel.CreateSignInLinkAsync(Cancelled));
            await Assertions.Expect(page).ToHaveURLAsync("/containers");
            await page.Locator("[data-learn]").ClickAsync();
            await Assertions.Expect(page).ToHaveURLAsync("/learn");

            await RunAsync(page, "fork-and-clone");
            Assert.Equal("42", await ValueAsync(page, "inside", "memory at "));
            await RunAsync(page, "pid-namespace");
            Assert.Equal("1", await ValueAsync(page, "inside", "getpid"));
            await page.SetViewportSizeAsync(1280, 800);
            await tab.ShootAsync("learn-pid-namespace", whole: true);
            await RunAsync(page, "cgroup");
            await tab.ShootAsync("learn-cgroup", whole: true);
            await page.SetViewportSizeAsync(390, 844);
            await RunAsync(page, "chroot");
            Assert.Equal(2, await page.Locator("[data-step=change]").CountAsync());
            await tab.ShootAsync("learn-narrow-window");
            await tab.ShootAsync("learn-narrow", whole: true);
            // Nothing is wider than the window.
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            Assert.Empty(tab.Problems);
        }
        finally
        {
            output.WriteLine(string.Join('\n', tab.Problems));
            output.WriteLine(panel.Log);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PanelFixture.Screenshots, "learn-last.png") });
        }
    }

    static async Task RunAsync(IPage page, string name)
    {
        await page.Locator($"[data-demo={name}] [data-run]").ClickAsync();
        var status = page.Locator($"[data-run-of={name}] [data-status]");
        await Assertions.Expect(status).ToContainTextAsync("nothing of it is left", new() { Timeout = 20_000 });
        Assert.True(int.Parse((await status.InnerTextAsync()).Split(' ')[0], CultureInfo.InvariantCulture) >= 5);
    }

    /// <summary>What one side first saw at a place.</summary>
    static Task<string> ValueAsync(IPage page, string who, string source) =>
        page.Locator($"[data-sight={who}]", new() { HasText = source }).First.Locator("[data-value]").InnerTextAsync();
}
