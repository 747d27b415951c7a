namespace MiniRun.Web.Tests.Hosting;

static class Wait
{
    /// <summary>Returns once something is so; fails after ten seconds.</summary>
    public static async Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 400, "Not within ten seconds: " + what);
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
