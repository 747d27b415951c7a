using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The namespaces that this process's next child is born in: a pid namespace to join, and a time namespace whose
/// clocks must be set before anybody is in it. This process stays where it is.</summary>
/// <remarks>To be undone right after the clone, because hooks are children too.</remarks>
readonly struct ChildNamespaces : IDisposable
{
    readonly SafeFileHandle? _ownPids;
    readonly SafeFileHandle? _ownTime;

    ChildNamespaces(SafeFileHandle? ownPids, SafeFileHandle? ownTime) => (_ownPids, _ownTime) = (ownPids, ownTime);

    /// <exception cref="KernelException">The kernel refused.</exception>
    public static ChildNamespaces Prepare(LinuxSpec linux, JoinedNamespaces joined)
    {
        var time = linux.IsNew("time") ? MakeTime(linux.TimeOffsets) : null;
        // Where the cloned process only joins, it does this itself: the pid that it reports must be one of this process's namespace.
        var pids = !ContainerPlan.ContinuesInChild(linux) && joined.Descriptors.TryGetValue("pid", out var descriptor) ? Enter(descriptor) : null;
        return new ChildNamespaces(pids, time);
    }

    /// <summary>The next child is born in a pid namespace.</summary>
    /// <param name="descriptor">The namespace, or a pidfd of a process in it.</param>
    public static ChildNamespaces EnterPids(int descriptor) => new(Enter(descriptor), null);

    public void Dispose()
    {
        Leave(_ownPids, Namespaces.Pid, "pid");
        Leave(_ownTime, Namespaces.Time, "time");
    }

    static SafeFileHandle Enter(int pids)
    {
        var own = Files.OpenPath("/proc/self/ns/pid", Open.ReadOnly);
        KernelException.Check(Syscall.Invoke(SyscallNumber.Setns, (ulong)pids, Namespaces.Pid), "setns", "pid");
        return own;
    }

    static void Leave(SafeFileHandle? own, ulong type, string name)
    {
        if (own is not null)
        {
            KernelException.Check(Syscall.Invoke(SyscallNumber.Setns, (ulong)Files.Number(own), type), "setns", name);
            own.Dispose();
        }
    }

    static SafeFileHandle MakeTime(Dictionary<string, TimeOffset> offsets)
    {
        var own = Files.OpenPath("/proc/self/ns/time", Open.ReadOnly);
        KernelException.Check(Syscall.Invoke(SyscallNumber.Unshare, Namespaces.Time), "unshare", "CLONE_NEWTIME");
        if (offsets.Count > 0)
        {
            SetClocks(offsets);
        }

        return own;
    }

    static void SetClocks(Dictionary<string, TimeOffset> offsets)
    {
        var lines = new StringBuilder();
        foreach (var (clock, offset) in offsets)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{clock} {offset.Seconds} {offset.Nanoseconds}\n");
        }

        try
        {
            using var file = Files.OpenPath("/proc/self/timens_offsets", Open.WriteOnly);
            Files.Write(file, Encoding.ASCII.GetBytes(lines.ToString()), "/proc/self/timens_offsets");
        }
        catch (KernelException e) when (e.Errno is Errno.ERANGE)
        {
            throw new SpecException("$.linux.timeOffsets", "would set a clock before zero, or to more than half of what it can show");
        }
    }
}
