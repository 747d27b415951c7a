using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Where a created container waits for <c>start</c>: a FIFO that it holds open itself, so that whoever created it can go.</summary>
/// <remarks>As long as somebody reads it the container waits; when its program starts, or when it is killed, the kernel tells
/// the writer that the last reader is gone. No third process is needed.</remarks>
sealed class StartGate : IDisposable
{
    const string FileName = "start";

    readonly Folder _folder;
    readonly SafeFileHandle _gate;

    StartGate(Folder folder, SafeFileHandle gate) => (_folder, _gate) = (folder, gate);

    /// <summary>Makes the gate.</summary>
    /// <returns>The descriptor that the container inherits.</returns>
    public static SafeFileHandle Create(Folder folder)
    {
        folder.MakeFifo(FileName);
        // Both ways: the child must not see an end of file when a writer comes and goes.
        return folder.OpenFile(FileName, Kernel.Open.ReadWrite);
    }

    /// <summary>Whether a container waits, or is still on its way to where it will.</summary>
    public static bool IsWaiting(Folder folder)
    {
        using var gate = TryFind(folder);
        return gate is not null;
    }

    /// <summary>The writing side; null when no container waits.</summary>
    public static StartGate? TryFind(Folder folder)
    {
        try
        {
            return new StartGate(folder, folder.OpenFile(FileName, Kernel.Open.WriteOnly | Kernel.Open.NonBlocking));
        }
        catch (KernelException e) when (e.Errno is Errno.ENXIO or Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Lets the container start its program; one that was killed meanwhile does not.</summary>
    public void Release()
    {
        try
        {
            Files.Write(_gate, "s"u8);
        }
        catch (KernelException e) when (e.Errno is Errno.EPIPE)
        {
            // Whether its program has started is asked of what it left behind.
        }

        _folder.Delete(FileName);
    }

    /// <summary>Waits until the container has started its program or has ended.</summary>
    /// <returns>False when the time has passed.</returns>
    public bool AwaitPassage(long milliseconds) => Polling.Await(_gate, Readiness.None, milliseconds) != Readiness.None;

    public void Dispose() => _gate.Dispose();
}
