using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class ClockTests
{
    [Fact]
    public void Computing_takes_processor_time()
    {
        var (before, end) = (Clock.ProcessorTime(), Clock.Realtime() + 20_000_000);
        while (Clock.Realtime() < end)
        {
        }

        Assert.InRange(Clock.ProcessorTime() - before, 1, long.MaxValue);
    }
}
