using Microsoft.Playwright;

namespace MiniRun.EndToEnd.Tests;

/// <summary>Types into the console of a detail page and reads what its terminal shows.</summary>
static class ConsoleProbe
{
    public static Task ConnectedAsync(IPage page) => page.Locator("[data-console-status=connected]").WaitForAsync();

    public static async Task TypeLineAsync(IPage page, string line)
    {
        await page.Locator("[data-testid=console] .xterm-helper-textarea").FocusAsync();
        await page.Keyboard.TypeAsync(line);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Waits for a line that is exactly this: what was typed stands behind a prompt.</summary>
    public static Task SeesLineAsync(IPage page, string line) => page.WaitForFunctionAsync(
        "line => window.minirun.console?.text().split('\\n').some(l => l.trim() === line)", line);

    /// <summary>"rows columns", as <c>stty size</c> prints it.</summary>
    public static Task<string> SizeAsync(IPage page) => page.EvaluateAsync<string>("() => window.minirun.console.size");

    /// <summary>The palette colour of each character of a text; -1 is the default one.</summary>
    public static Task<int[]> ColoursAsync(IPage page, string text) =>
        page.EvaluateAsync<int[]>("text => window.minirun.console.colours(text)", text);
}
