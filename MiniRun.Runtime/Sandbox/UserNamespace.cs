using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A user namespace that nobody is in: only its maps matter, to an idmapped mount.</summary>
/// <remarks>Under the rule of <see cref="Launcher"/>: only for a process with one managed thread.</remarks>
static unsafe class UserNamespace
{
    const ulong ClonePidFd = 0x1000;

    /// <exception cref="KernelException">The maps are not what user_namespaces(7) allows, or the kernel has no more namespaces.</exception>
    public static SafeFileHandle Create(IReadOnlyList<IdMapping> uids, IReadOnlyList<IdMapping> gids)
    {
        // A namespace lives as long as a process is in it or a descriptor of it is open: one process, for as long as that takes.
        var pidFd = -1;
        var arguments = new CloneArguments { Flags = ClonePidFd | Namespaces.User, PidFd = (ulong)&pidFd, ExitSignal = Signals.Child };
        var blocked = Signals.BlockAll();
        var pid = Syscall.Invoke(SyscallNumber.Clone3, (ulong)&arguments, (ulong)sizeof(CloneArguments));
        if (pid == 0)
        {
            Wait();
        }

        Signals.Restore(blocked);
        KernelException.Check(pid, "clone3", "CLONE_NEWUSER");
        using var process = new SafeFileHandle(pidFd, ownsHandle: true);
        try
        {
            UserMappings.WriteMap((int)pid, "uid_map", uids);
            UserMappings.WriteMap((int)pid, "gid_map", gids);
            return Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/user"), Open.ReadOnly);
        }
        finally
        {
            Processes.Signal(process, Signals.Kill);
            Processes.Reap(process, wait: true);
        }
    }

    /// <summary>The child's whole life. All signals are blocked in it, but not the one that ends it, nor its parent's death.</summary>
    static void Wait()
    {
        Syscall.Invoke(SyscallNumber.Prctl, Prctl.SetParentDeathSignal, Signals.Kill);
        while (true)
        {
            Syscall.Invoke(SyscallNumber.Ppoll);
        }
    }
}
