using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The namespaces that this process's next children are born in: a pid namespace to join, and a time namespace whose
/// clocks must be set before anybody is in it.</summary>
/// <remarks>Neither changes this process. The pid namespace of its children is put back afterwards, because hooks are children too;
/// that of their clocks cannot be, as the kernel wants a process with a single thread for it.</remarks>
sealed class ChildNamespaces : IDisposable
{
    readonly SafeFileHandle? _ownPids;

    ChildNamespaces(SafeFileHandle? ownPids) => _ownPids = ownPids;

    /// <exception cref="KernelException">The kernel refused.</exception>
    public static ChildNamespaces Prepare(LinuxSpec linux, JoinedNamespaces joined)
    {
        if (linux.IsNew("time"))
        {
            MakeTime(linux.TimeOffsets);
        }

        return joined.Descriptors.TryGetValue("pid", out var pids) ? EnterPids(pids) : new ChildNamespaces(null);
    }

    /// <summary>Children from now on are born in the pid namespace of a process.</summary>
    public static ChildNamespaces EnterPids(int descriptor)
    {
        var own = Files.OpenPath("/proc/self/ns/pid", Open.ReadOnly);
        KernelException.Check(Syscall.Invoke(SyscallNumber.Setns, (ulong)descriptor, Namespaces.Pid), "setns", "pid");
        return new ChildNamespaces(own);
    }

    public void Dispose()
    {
        if (_ownPids is not null)
        {
            KernelException.Check(Syscall.Invoke(SyscallNumber.Setns, (ulong)Files.Number(_ownPids), Namespaces.Pid), "setns", "pid");
            _ownPids.Dispose();
        }
    }

    static void MakeTime(Dictionary<string, TimeOffset> offsets)
    {
        KernelException.Check(Syscall.Invoke(SyscallNumber.Unshare, Namespaces.Time), "unshare", "CLONE_NEWTIME");
        if (offsets.Count == 0)
        {
            return;
        }

        var lines = new StringBuilder();
        foreach (var (clock, offset) in offsets)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{clock} {offset.Seconds} {offset.Nanoseconds}\n");
        }

        using var file = Files.OpenPath("/proc/self/timens_offsets", Open.WriteOnly);
        Files.Write(file, Encoding.ASCII.GetBytes(lines.ToString()), "/proc/self/timens_offsets");
    }
}
