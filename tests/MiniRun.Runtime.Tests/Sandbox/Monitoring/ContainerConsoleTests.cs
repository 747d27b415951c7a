using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox.Monitoring;

public sealed class ContainerConsoleTests
{
    [Fact]
    public void Without_a_terminal_there_are_three_pipes()
    {
        using var console = ContainerConsole.Create(new RuntimeConfig());
        var (input, output, error) = console.Streams.Standard!.Value;
        Assert.Equal((false, null), (console.IsTerminal, console.Streams.Terminal));
        WriteTo(output, "out"u8);
        WriteTo(error, "err"u8);
        var buffer = new byte[16];
        Assert.Equal("out"u8, buffer.AsSpan(0, Pipes.TryRead(console.Output, buffer)));
        Assert.Equal("err"u8, buffer.AsSpan(0, Pipes.TryRead(console.Error!, buffer)));
        Assert.Equal(2, Pipes.TryWrite(console.Input, "in"u8));
        Assert.Equal(2, Pipes.TryRead(Borrow(input), buffer));
        // The monitor's own ends never wait.
        Assert.Equal(0, Pipes.TryRead(console.Output, buffer));
    }

    [Fact]
    public void The_end_is_seen_once_the_containers_ends_are_let_go()
    {
        using var console = ContainerConsole.Create(new RuntimeConfig());
        var buffer = new byte[1];
        Assert.Equal(0, Pipes.TryRead(console.Output, buffer));
        console.ReleaseChildSide();
        Assert.Equal(-1, Pipes.TryRead(console.Output, buffer));
        Assert.Equal(-1, Pipes.TryRead(console.Error!, buffer));
        Assert.Equal(-1, Pipes.TryWrite(console.Input, "x"u8));
    }

    [Fact, Trait("Category", "Integration")]
    public void A_terminal_has_one_stream_and_the_size_that_was_asked_for()
    {
        var config = new RuntimeConfig
        {
            Process = { Terminal = true, ConsoleSize = (132, 43) },
            Mounts = [new MountSpec { Destination = "/dev/pts", Type = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] }],
        };
        using var console = ContainerConsole.Create(config);
        Assert.Equal((true, null, null), (console.IsTerminal, console.Error, console.Streams.Standard));
        Assert.Same(console.Output, console.Input);
        var peer = console.Streams.Terminal!.Value.Peer;
        WriteTo(peer, "hi"u8);
        var buffer = new byte[16];
        Assert.Equal("hi"u8, buffer.AsSpan(0, Pipes.TryRead(console.Output, buffer)));
        Assert.Equal((132, 43), Size(peer));
    }

    [Fact]
    public void A_terminal_needs_a_place_for_its_devices()
    {
        var error = Assert.Throws<SpecException>(() => ContainerConsole.Create(new RuntimeConfig { Process = { Terminal = true } }));
        Assert.Equal("$.process.terminal", error.Path);
    }

    static unsafe (int Columns, int Rows) Size(int terminal)
    {
        const ulong GetWindowSize = 0x5413;
        var size = stackalloc ushort[4];
        Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)terminal, GetWindowSize, (ulong)size));
        return (size[1], size[0]);
    }

    static Microsoft.Win32.SafeHandles.SafeFileHandle Borrow(int descriptor) => new(descriptor, ownsHandle: false);

    static void WriteTo(int descriptor, ReadOnlySpan<byte> bytes) => Files.Write(Borrow(descriptor), bytes);
}
