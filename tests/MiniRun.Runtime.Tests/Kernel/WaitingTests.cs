using System.Diagnostics;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class WaitingTests : IDisposable
{
    readonly (Microsoft.Win32.SafeHandles.SafeFileHandle Read, Microsoft.Win32.SafeHandles.SafeFileHandle Write) _pipe = Pipes.Create();

    public void Dispose()
    {
        _pipe.Read.Dispose();
        _pipe.Write.Dispose();
    }

    [Fact]
    public void What_is_ready_is_not_waited_for()
    {
        Assert.True(Waiting.For(_pipe.Write, Awaited.Writable, 10_000));
        Files.Write(_pipe.Write, "x"u8);
        Assert.True(Waiting.For(_pipe.Read, Awaited.Readable, 0));
    }

    [Fact]
    public void A_wait_has_an_end()
    {
        var start = Stopwatch.GetTimestamp();
        Assert.False(Waiting.For(_pipe.Read, Awaited.Readable, 30));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 25, 5000);
        Assert.False(Waiting.For(_pipe.Read, Awaited.Readable, -1));
    }

    [Fact]
    public void A_pause_takes_its_time()
    {
        var start = Stopwatch.GetTimestamp();
        Waiting.Pause(20_000);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 19);
    }
}
