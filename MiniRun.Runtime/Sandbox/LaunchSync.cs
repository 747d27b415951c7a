using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The connected pair over which parent and child of a launch wait for each other. Its end means that the other
/// side is gone, or, for the parent, that the program has started.</summary>
sealed unsafe class LaunchSync : IDisposable
{
    readonly SafeFileHandle _parent;
    readonly SafeFileHandle _child;

    LaunchSync((SafeFileHandle, SafeFileHandle) pair) => (_parent, _child) = pair;

    /// <summary>The descriptor that the child waits on.</summary>
    public int Child => Files.Number(_child);

    /// <summary>The descriptor that the child must close, because it is the parent's.</summary>
    public int Parent => Files.Number(_parent);

    public static LaunchSync Create() => new(UnixSocket.Pair());

    public void CloseChild() => _child.Dispose();

    /// <summary>Lets the child go on; one that failed before does not listen.</summary>
    public void Release()
    {
        const ulong NoSignal = 0x4000;
        var go = (byte)1;
        var result = Syscall.Invoke(SyscallNumber.Sendto, (ulong)Parent, (ulong)&go, 1, NoSignal, 0, 0);
        if (result < 0 && result != -(long)Errno.EPIPE)
        {
            KernelException.Check(result, "send");
        }
    }

    /// <summary>Waits for the child.</summary>
    /// <returns>True when it said that it waits for us, false when its end is closed.</returns>
    public bool Await()
    {
        Span<byte> said = stackalloc byte[1];
        try
        {
            return Files.Read(_parent, said) > 0;
        }
        catch (KernelException e) when (e.Errno is Errno.ECONNRESET)
        {
            // The child ended with our byte unread.
            return false;
        }
    }

    public void Dispose()
    {
        _parent.Dispose();
        _child.Dispose();
    }
}
