using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>The master of a pseudo-terminal: types into it, and remembers all that was shown.</summary>
sealed class MasterSide : IAsyncDisposable
{
    const uint OutputNewline = 0x4;

    readonly SafeFileHandle _master;
    readonly StringBuilder _shown = new();
    readonly Lock _lock = new();
    readonly CancellationTokenSource _enough = new();
    readonly Task _reading;

    public MasterSide(SafeFileHandle master)
    {
        _master = master;
        _reading = Task.Run(Read, TestContext.Current.CancellationToken);
    }

    public string Shown
    {
        get
        {
            lock (_lock)
            {
                return _shown.ToString();
            }
        }
    }

    /// <summary>Whether a line feed gets a carriage return before it (ONLCR).</summary>
    public unsafe bool AddsCarriageReturns
    {
        get
        {
            var settings = stackalloc uint[TerminalSettings.Size / sizeof(uint)];
            Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(_master), TerminalSettings.Get, (ulong)settings));
            return (settings[1] & OutputNewline) != 0;
        }
    }

    public (int Columns, int Rows) Size => TerminalSettings.SizeOf(_master);

    public void Type(string text) => Files.Write(_master, Encoding.UTF8.GetBytes(text));

    /// <summary>What the window's owner does: the foreground processes get SIGWINCH.</summary>
    public void Resize(int columns, int rows) => Terminal.Resize(_master, columns, rows);

    public Task UntilAsync(string text) => Eventually.IsAsync(() => Task.FromResult(Shown.Contains(text, StringComparison.Ordinal)), () => $"\"{text}\" was not shown, but: {Shown}");

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _reading;
        _master.Dispose();
        _enough.Dispose();
    }

    void Read()
    {
        var buffer = new byte[4096];
        while (!_enough.IsCancellationRequested)
        {
            if (Polling.Await(_master, Readiness.Readable, 20) is Readiness.None)
            {
                continue;
            }

            int count;
            try
            {
                count = Files.Read(_master, buffer);
            }
            catch (KernelException e) when (e.Errno is Errno.EIO)
            {
                // Nobody has the other side open: either no more, or not yet.
                _enough.Token.WaitHandle.WaitOne(20);
                continue;
            }

            lock (_lock)
            {
                _shown.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
    }
}

/// <summary>The terminal that a caller sits at.</summary>
sealed class CallerTerminal : IAsyncDisposable
{
    const uint GetNumber = 0x80045430;
    const uint GetFlags = 0x5401;

    readonly SafeFileHandle _peer;

    public unsafe CallerTerminal(int columns = 80, int rows = 24)
    {
        var master = Files.OpenPath("/dev/ptmx", Open.ReadWrite | Open.NoControllingTerminal);
        var (unlocked, number) = (0, 0);
        Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(master), Terminal.SetLock, (ulong)&unlocked));
        Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(master), GetNumber, (ulong)&number));
        Path = $"/dev/pts/{number}";
        _peer = Files.OpenPath(Path, Open.ReadWrite | Open.NoControllingTerminal);
        Terminal.Resize(master, columns, rows);
        Master = new MasterSide(master);
    }

    public string Path { get; }

    public MasterSide Master { get; }

    /// <summary>Whether what is typed is shown and read line by line (ECHO, ICANON).</summary>
    public unsafe bool IsCooked
    {
        get
        {
            const uint EchoAndLines = 0xA;
            var settings = stackalloc uint[TerminalSettings.Size / sizeof(uint)];
            Assert.Equal(0, Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(_peer), GetFlags, (ulong)settings));
            return (settings[3] & EchoAndLines) == EchoAndLines;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Master.DisposeAsync();
        _peer.Dispose();
    }
}
