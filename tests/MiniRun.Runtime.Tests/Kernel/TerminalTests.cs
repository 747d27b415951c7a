using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

[Trait("Category", "Integration")]
public sealed class TerminalTests
{
    [Fact]
    public void A_terminal_of_a_private_instance_carries_bytes_both_ways()
    {
        using var instance = Terminal.CreateInstance([("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620")], MountApi.AttributeNoSuid | MountApi.AttributeNoExec);
        var (master, peer) = Terminal.Open(instance);
        using (master)
        {
            Files.Write(peer, "out\n"u8);
            var buffer = new byte[64];
            // The line discipline adds the carriage return.
            Assert.Equal("out\r\n"u8, buffer.AsSpan(0, Files.Read(master, buffer)));
            Files.Write(master, "in\n"u8);
            Assert.Equal("in\n"u8, buffer.AsSpan(0, Files.Read(peer, buffer)));
            Pipes.DoNotBlock(master);
            Assert.Equal("in\r\n"u8, buffer.AsSpan(0, Pipes.TryRead(master, buffer)));
            Assert.Equal(0, Pipes.TryRead(master, buffer));
            peer.Dispose();
            // EIO is the end of a terminal.
            Assert.Equal(-1, Pipes.TryRead(master, buffer));
        }
    }

    [Fact]
    public unsafe void A_size_that_was_set_is_the_peers()
    {
        using var instance = Terminal.CreateInstance([], 0);
        var (master, peer) = Terminal.Open(instance);
        using (master)
        using (peer)
        {
            Terminal.Resize(master, 132, 43);
            const ulong GetWindowSize = 0x5413;
            var size = stackalloc ushort[4];
            Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(peer), GetWindowSize, (ulong)size));
            Assert.Equal((43, 132), (size[0], size[1]));
        }
    }

    [Fact]
    public void Each_instance_numbers_its_own_terminals()
    {
        using var first = Terminal.CreateInstance([], 0);
        using var second = Terminal.CreateInstance([], 0);
        Assert.Equal(0, NewTerminal(first));
        Assert.Equal(0, NewTerminal(second));
    }

    [Fact]
    public void An_option_that_devpts_does_not_know_is_named()
    {
        var error = Assert.Throws<KernelException>(() => Terminal.CreateInstance([("nonsense", "1")], 0));
        Assert.Equal(("fsconfig", "devpts nonsense"), (error.Call, error.Path));
    }

    [Fact]
    public void A_pipe_has_no_size()
    {
        var (read, write) = Pipes.Create();
        using (read)
        using (write)
        {
            var error = Assert.Throws<KernelException>(() => Terminal.Resize(read, 80, 24));
            Assert.Equal(("ioctl TIOCSWINSZ", Errno.ENOTTY), (error.Call, error.Errno));
        }
    }

    static unsafe int NewTerminal(Microsoft.Win32.SafeHandles.SafeFileHandle instance)
    {
        const ulong GetNumber = 0x80045430;
        var (master, peer) = Terminal.Open(instance);
        using (master)
        using (peer)
        {
            var number = -1;
            Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(master), GetNumber, (ulong)&number));
            return number;
        }
    }
}
