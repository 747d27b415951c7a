using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class PipesTests
{
    [Fact]
    public void Reading_says_how_much_nothing_or_the_end()
    {
        var (read, write) = Pipes.Create();
        using (read)
        {
            Pipes.DoNotBlock(read);
            var buffer = new byte[8];
            Assert.Equal(0, Pipes.TryRead(read, buffer));
            Assert.Equal(3, Pipes.TryWrite(write, "abc"u8));
            Assert.Equal(3, Pipes.TryRead(read, buffer));
            Assert.Equal("abc"u8, buffer.AsSpan(0, 3));
            write.Dispose();
            Assert.Equal(-1, Pipes.TryRead(read, buffer));
        }
    }

    [Fact]
    public void Writing_says_how_much_full_or_the_end()
    {
        var (read, write) = Pipes.Create();
        using (write)
        {
            Pipes.DoNotBlock(write);
            var chunk = new byte[100_000];
            Assert.InRange(Pipes.TryWrite(write, chunk), 1, chunk.Length - 1);
            Assert.Equal(0, Pipes.TryWrite(write, chunk));
            read.Dispose();
            Assert.Equal(-1, Pipes.TryWrite(write, chunk));
        }
    }

    [Fact]
    public void What_has_no_flags_cannot_stop_blocking()
    {
        using var closed = new Microsoft.Win32.SafeHandles.SafeFileHandle(1_000_000, ownsHandle: false);
        Assert.Equal(Errno.EBADF, Assert.Throws<KernelException>(() => Pipes.DoNotBlock(closed)).Errno);
    }
}
