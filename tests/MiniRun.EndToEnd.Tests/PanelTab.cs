using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;

namespace MiniRun.EndToEnd.Tests;

/// <summary>One browser tab that remembers everything that went wrong in it.</summary>
public sealed class PanelTab : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly ConcurrentQueue<string> _problems = new();

    PanelTab(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Note(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Note(noteworthy: true, $"page error: {error}");
        page.Response += (_, response) => Note(response.Status >= 400, string.Create(CultureInfo.InvariantCulture, $"HTTP {response.Status}: {response.Url}"));
        page.RequestFailed += (_, request) => Note(IsFailure(request), $"failed: {request.Url} {request.Failure}");
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Problems => _problems;

    public static async Task<PanelTab> OpenAsync(PanelFixture panel)
    {
        var context = await panel.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = panel.Address,
            ViewportSize = new ViewportSize { Width = 1440, Height = 900 },
            ColorScheme = ColorScheme.Light,
        });
        context.SetDefaultTimeout(15_000);
        return new PanelTab(context, await context.NewPageAsync());
    }

    /// <summary>Stores the page in both themes below the test's output folder.</summary>
    /// <param name="whole">The page to its end, not only what the window shows.</param>
    public async Task ShootAsync(string name, bool whole = false)
    {
        foreach (var theme in new[] { "dark", "light" })
        {
            await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light });
            await Page.Locator($"html[data-theme={theme}]").WaitForAsync();
            // MudBlazor's own colours come through the circuit a moment later.
            await Page.WaitForTimeoutAsync(500);
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PanelFixture.Screenshots, $"{name}-{theme}.png"), FullPage = whole });
        }
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    // A page that is left cancels what it still loads.
    static bool IsFailure(IRequest request) => request.Failure is { } failure && !failure.Contains("ERR_ABORTED", StringComparison.Ordinal);

    void Note(bool noteworthy, string problem)
    {
        if (noteworthy)
        {
            _problems.Enqueue($"{Page.Url}: {problem}");
        }
    }
}
