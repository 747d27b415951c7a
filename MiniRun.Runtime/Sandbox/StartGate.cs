using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Where a created container waits for <c>start</c>: a FIFO that it holds open itself, so that whoever created it can go.</summary>
/// <remarks>As long as somebody reads it the container waits; when its program starts, or when it is killed, the kernel tells
/// the writer that the last reader is gone. No third process and no time-out is needed.</remarks>
static class StartGate
{
    const string FileName = "start";

    /// <summary>Makes the gate.</summary>
    /// <returns>The descriptor that the container inherits.</returns>
    public static SafeFileHandle Create(Folder folder)
    {
        folder.MakeFifo(FileName);
        // Both ways: the child must not see an end of file when a writer comes and goes.
        return folder.OpenFile(FileName, Kernel.Open.ReadWrite);
    }

    /// <summary>Whether a container waits.</summary>
    public static bool IsWaiting(Folder folder)
    {
        using var gate = TryOpen(folder);
        return gate is not null;
    }

    /// <summary>Lets the container start, and waits until it has or has failed.</summary>
    /// <returns>False when no container waits.</returns>
    public static bool Open(Folder folder)
    {
        using var gate = TryOpen(folder);
        if (gate is null)
        {
            return false;
        }

        Files.Write(gate, "s"u8);
        Polling.Await(gate, Readiness.None, -1);
        folder.Delete(FileName);
        return true;
    }

    /// <summary>The writing side; null when nobody reads.</summary>
    static SafeFileHandle? TryOpen(Folder folder)
    {
        try
        {
            return folder.OpenFile(FileName, Kernel.Open.WriteOnly | Kernel.Open.NonBlocking);
        }
        catch (KernelException e) when (e.Errno is Errno.ENXIO or Errno.ENOENT)
        {
            return null;
        }
    }
}
