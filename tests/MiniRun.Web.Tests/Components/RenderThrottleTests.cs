using MiniRun.Web.Components.Containers;

namespace MiniRun.Web.Tests.Components;

public sealed class RenderThrottleTests
{
    [Fact]
    public async Task Many_signals_become_one_at_once_and_one_after_the_interval()
    {
        var fired = 0;
        using var throttle = new RenderThrottle(TimeSpan.FromMilliseconds(200), TimeProvider.System, () => Interlocked.Increment(ref fired));

        for (var i = 0; i < 100; i++)
        {
            throttle.Signal();
        }

        Assert.Equal(1, Volatile.Read(ref fired));
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.Equal(2, Volatile.Read(ref fired));
    }
}
