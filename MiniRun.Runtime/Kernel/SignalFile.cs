using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Signals to this process as something to read (signalfd(2)).</summary>
/// <remarks>For a process with one thread: in any other a signal goes to a thread that does not block it, and has its usual effect.</remarks>
sealed unsafe class SignalFile : IDisposable
{
    const int CloseOnExec = 0x80000;

    /// <summary>sizeof(struct signalfd_siginfo).</summary>
    const int RecordSize = 128;

    readonly ulong _blockedBefore;

    SignalFile(SafeFileHandle handle, ulong blockedBefore) => (Handle, _blockedBefore) = (handle, blockedBefore);

    /// <summary>Readable when a signal waits.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Catches signals from now on; those that this process ignores stay ignored.</summary>
    public static SignalFile Catch(params ReadOnlySpan<int> signals)
    {
        var mask = 0UL;
        foreach (var signal in signals)
        {
            mask |= 1UL << (signal - 1);
        }

        mask &= ~Signals.Ignored();
        var blocked = Signals.Block(mask);
        var fd = Syscall.Invoke(SyscallNumber.Signalfd4, ulong.MaxValue, (ulong)&mask, sizeof(ulong), CloseOnExec);
        return new SignalFile(new SafeFileHandle((nint)KernelException.Check(fd, "signalfd4"), ownsHandle: true), blocked);
    }

    /// <summary>The number of the next signal; waits for one.</summary>
    public int Next()
    {
        Span<byte> record = stackalloc byte[RecordSize];
        _ = Files.Read(Handle, record);
        return MemoryMarshal.Read<int>(record);
    }

    public void Dispose()
    {
        Handle.Dispose();
        Signals.Restore(_blockedBefore);
    }
}
