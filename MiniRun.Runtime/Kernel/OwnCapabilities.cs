using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>The capabilities of this process (capget(2)).</summary>
static unsafe class OwnCapabilities
{
    static int Capget => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 90 : 125;

    /// <summary>The permitted set as a mask: only what it holds can be given to a container.</summary>
    public static ulong Permitted()
    {
        var header = stackalloc uint[2] { 0x20080522, 0 };
        var data = stackalloc uint[6];
        KernelException.Check(Syscall.Invoke(Capget, (ulong)header, (ulong)data), "capget");
        return data[1] | ((ulong)data[4] << 32);
    }
}
