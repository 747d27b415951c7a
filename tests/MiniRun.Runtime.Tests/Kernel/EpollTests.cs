using System.Diagnostics;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class EpollTests
{
    [Fact]
    public void Events_carry_the_tag_of_what_is_ready()
    {
        using var epoll = new Epoll();
        var (read1, write1) = Pipes.Create();
        var (read2, write2) = Pipes.Create();
        using (read1)
        using (read2)
        using (write1)
        using (write2)
        {
            epoll.Watch(read1, Readiness.Readable, 11);
            epoll.Watch(read2, Readiness.Readable, 22);
            Assert.Equal(0, epoll.Wait(0));
            Files.Write(write2, "x"u8);
            Assert.Equal(1, epoll.Wait(1000));
            Assert.Equal((22, Readiness.Readable), epoll[0]);
            Files.Write(write1, "x"u8);
            Assert.Equal(2, epoll.Wait(1000));
            Assert.Equal([11, 22], new[] { epoll[0].Tag, epoll[1].Tag }.Order());
        }
    }

    [Fact]
    public void What_is_waited_for_can_be_changed_and_forgotten()
    {
        using var epoll = new Epoll();
        var (read, write) = Pipes.Create();
        using (read)
        using (write)
        {
            epoll.Watch(write, Readiness.None, 1);
            Assert.Equal(0, epoll.Wait(0));
            epoll.Change(write, Readiness.Writable, 2);
            Assert.Equal(1, epoll.Wait(0));
            Assert.Equal((2, Readiness.Writable), epoll[0]);
            epoll.Forget(write);
            Assert.Equal(0, epoll.Wait(0));
            Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => epoll.Forget(write)).Errno);
        }
    }

    [Fact]
    public void A_closed_peer_is_told_unasked()
    {
        using var epoll = new Epoll();
        var (read, write) = Pipes.Create();
        using (read)
        {
            epoll.Watch(read, Readiness.None, 5);
            write.Dispose();
            Assert.Equal(1, epoll.Wait(1000));
            Assert.Equal((5, Readiness.HangUp), epoll[0]);
        }
    }

    [Fact]
    public void Waiting_ends_with_its_time()
    {
        using var epoll = new Epoll();
        // The .NET runtime of this process stops its threads by signals, and each ends the waiting before its time.
        var waited = Enumerable.Range(0, 20).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(0, epoll.Wait(50));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        Assert.Contains(waited, time => time is >= 45 and <= 5000);
    }

    [Fact]
    public void The_clocks_go_on()
    {
        var (monotonic, real) = (Clock.Monotonic(), Clock.Realtime());
        Assert.True(Clock.Monotonic() >= monotonic);
        Assert.InRange(DateTimeOffset.UnixEpoch.AddTicks(real / 100) - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(5));
        Assert.InRange(monotonic / 1_000_000, Environment.TickCount64 - 60_000, Environment.TickCount64 + 60_000);
    }
}
