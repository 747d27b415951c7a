using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed unsafe partial class PlanBuilder
{
    /// <summary>Waits until the parent has done its part; ends the child when the parent is gone.</summary>
    public void AwaitParent(int descriptor) => Call(ControlStep.AwaitParent, [descriptor, (ulong)_arena.Allocate(8), 1]);

    /// <summary>The signal that the kernel sends when the parent dies; 0 for none.</summary>
    public void SetParentDeathSignal(int signal) => Prctl(Kernel.Prctl.SetParentDeathSignal, (ulong)signal);

    public void NewSession() => Call(SyscallNumber.Setsid, []);

    public void SetControllingTerminal(int descriptor) => Call(SyscallNumber.Ioctl, [descriptor, Terminal.SetControlling, 0]);

    /// <summary>Opens a new terminal of the devpts instance that a path leads to without links.</summary>
    public Register OpenTerminal(string path)
    {
        var master = Allocate("master");
        var how = Structure(new OpenHow
        {
            Flags = (ulong)(Open.ReadWrite | Open.NoControllingTerminal | Open.CloseOnExec),
            Resolve = OpenHow.NoSymlinks | OpenHow.NoMagicLinks,
        });
        Call(SyscallNumber.Openat2, [Files.CurrentFolder, Text(path), how, sizeof(OpenHow)], master);
        return master;
    }

    /// <summary>Its other side, by descriptor: a name could be swapped (SECURITY R10).</summary>
    public Register OpenTerminalPeer(Register master)
    {
        var peer = Allocate("peer");
        Call(SyscallNumber.Ioctl, [master, Terminal.SetLock, (ulong)_arena.Allocate(8)]);
        Call(SyscallNumber.Ioctl, [master, Terminal.OpenPeer, (long)(Open.ReadWrite | Open.NoControllingTerminal | Open.CloseOnExec)], peer);
        return peer;
    }

    public void SetHostName(string name) =>
        Call(SyscallNumber.Sethostname, [Text(name), System.Text.Encoding.UTF8.GetByteCount(name)]);

    public void SetDomainName(string name) =>
        Call(SyscallNumber.Setdomainname, [Text(name), System.Text.Encoding.UTF8.GetByteCount(name)]);

    /// <summary>Sets IFF_UP of a network interface (netdevice(7)).</summary>
    public void RaiseInterface(string name)
    {
        const int Inet = 2;
        const int DatagramCloseOnExec = 2 | 0x80000;
        const int SetFlags = 0x8914;
        const int NameSize = 16;
        const short Up = 1;
        var request = _arena.Allocate(40);
        System.Text.Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameSize - 1));
        *(short*)(request + NameSize) = Up;
        var socket = Allocate("socket");
        Call(SyscallNumber.Socket, [Inet, DatagramCloseOnExec, 0], socket);
        // struct ifreq begins with the name, which is what the printed plan shows.
        Call(SyscallNumber.Ioctl, [socket, SetFlags, (ulong)request]);
        Close(socket);
    }

    public void SetResourceLimit(RlimitSpec limit)
    {
        var pair = (ulong*)_arena.Allocate(16);
        pair[0] = limit.Soft;
        pair[1] = limit.Hard;
        Call(SyscallNumber.Prlimit64, [0, limit.Resource, (ulong)pair, 0]);
    }

    public void DropFromBoundingSet(int capability) => Prctl(Kernel.Prctl.DropBoundingCapability, (ulong)capability);

    public void KeepCapabilities() => Prctl(Kernel.Prctl.SetKeepCapabilities, 1);

    public void SetCapabilities(CapabilitySpec sets)
    {
        // capget(2): a header of version and pid, then low and high halves of effective, permitted, inheritable.
        var header = (uint*)_arena.Allocate(8);
        header[0] = 0x20080522;
        var data = (uint*)_arena.Allocate(24);
        for (var half = 0; half < 2; half++)
        {
            data[half * 3] = (uint)(sets.Effective >> (32 * half));
            data[(half * 3) + 1] = (uint)(sets.Permitted >> (32 * half));
            data[(half * 3) + 2] = (uint)(sets.Inheritable >> (32 * half));
        }

        Call(SyscallNumber.Capset, [(ulong)header, (ulong)data]);
    }

    public void ClearAmbientCapabilities() => Prctl(Kernel.Prctl.Ambient, Kernel.Prctl.AmbientClear);

    public void RaiseAmbientCapability(int capability) => Prctl(Kernel.Prctl.Ambient, Kernel.Prctl.AmbientRaise, (ulong)capability);

    /// <summary>Until it becomes a program, nobody of a container that it enters may trace it or reach its descriptors through /proc
    /// (CVE-2016-9962, SECURITY R14); execve(2) undoes it.</summary>
    public void ForbidTracing() => Prctl(Kernel.Prctl.SetDumpable, 0);

    public void SetNoNewPrivileges() => Prctl(Kernel.Prctl.SetNoNewPrivileges, 1);

    public void SetGroups(IReadOnlyList<uint> groups)
    {
        var list = (uint*)_arena.Allocate(Math.Max(groups.Count, 1) * sizeof(uint));
        for (var i = 0; i < groups.Count; i++)
        {
            list[i] = groups[i];
        }

        Call(SyscallNumber.Setgroups, [groups.Count, (ulong)list]);
    }

    public void SetGroup(uint gid) => Call(SyscallNumber.Setresgid, [gid, gid, gid]);

    public void SetUser(uint uid) => Call(SyscallNumber.Setresuid, [uid, uid, uid]);

    /// <summary>Every descriptor from a number on closes when the program starts.</summary>
    public void CloseOnExecFrom(int first) => Call(SyscallNumber.CloseRange, [first, uint.MaxValue, 4]);

    /// <summary>Fails unless the file may be executed by the real user.</summary>
    public void CheckExecutable(string path) => Call(ControlStep.CheckProgram, [Text(path)]);

    /// <summary>A new session keyring (keyctl(2)): the caller's keys are not the container's. Some hosts have no keyrings.</summary>
    public void JoinSessionKeyring(string name)
    {
        Call(SyscallNumber.Keyctl, [1, Text(name)]);
        Tolerate(Errno.ENOSYS, Errno.EPERM, Errno.EDQUOT);
    }

    public void SetAffinity(ulong[] cpus)
    {
        var mask = (ulong*)_arena.Allocate(cpus.Length * sizeof(ulong));
        cpus.CopyTo(new Span<ulong>(mask, cpus.Length));
        Call(SyscallNumber.SchedSetaffinity, [0, cpus.Length * sizeof(ulong), (ulong)mask]);
    }

    /// <summary>sched_setattr(2) with a struct sched_attr of 48 bytes.</summary>
    public void SetScheduler(SchedulerSpec scheduler)
    {
        const int Size = 48;
        var attributes = _arena.Allocate(Size);
        ((uint*)attributes)[0] = Size;
        ((uint*)attributes)[1] = scheduler.Policy;
        ((ulong*)attributes)[1] = scheduler.Flags;
        ((int*)attributes)[4] = scheduler.Nice;
        ((uint*)attributes)[5] = scheduler.Priority;
        ((ulong*)attributes)[3] = scheduler.Runtime;
        ((ulong*)attributes)[4] = scheduler.Deadline;
        ((ulong*)attributes)[5] = scheduler.Period;
        Call(SyscallNumber.SchedSetattr, [0, (ulong)attributes, 0]);
    }

    public void SetIoPriority(IoPrioritySpec priority) =>
        Call(SyscallNumber.IoprioSet, [1, 0, (priority.Class << 13) | priority.Priority]);

    /// <summary>personality(2): which kind of Linux the program sees.</summary>
    public void SetPersonality(uint persona) => Call(SyscallNumber.Personality, [persona]);

    public void SetMemoryPolicy(MemoryPolicySpec policy)
    {
        var nodes = (ulong*)_arena.Allocate(Math.Max(policy.Nodes.Length, 1) * sizeof(ulong));
        policy.Nodes.CopyTo(new Span<ulong>(nodes, policy.Nodes.Length));
        // maxnode counts one bit more than the mask has.
        Call(
            SyscallNumber.SetMempolicy,
            [(uint)policy.Mode | policy.Flags, policy.Nodes.Length == 0 ? 0UL : (ulong)nodes, policy.Nodes.Length == 0 ? 0 : (policy.Nodes.Length * 64) + 1]);
    }

    /// <summary>Enters a namespace, or, by a pidfd, several of a process.</summary>
    public void Enter(int descriptor, ulong types) => Call(SyscallNumber.Setns, [descriptor, types]);

    /// <summary>Goes on in a child of the same parent, with new namespaces of its own.</summary>
    public void ContinueInChild(ulong namespaces)
    {
        const ulong CloneParent = 0x8000;
        const ulong CloneParentSetTid = 0x100000;
        var arguments = _arena.Structure(new CloneArguments
        {
            Flags = CloneParent | CloneParentSetTid | namespaces,
            ParentTid = (ulong)&memory.Header->ContinuedPid,
        });
        Call(ControlStep.ContinueInChild, [(ulong)arguments, sizeof(CloneArguments)]);
    }

    /// <summary>Tells the parent that the child waits for it, and waits.</summary>
    public void PauseForParent(int descriptor)
    {
        TellParent(descriptor);
        AwaitParent(descriptor);
    }

    public void TellParent(int descriptor) => Call(SyscallNumber.Write, [descriptor, Text("."), 1]);

    /// <summary>Loads a seccomp filter (seccomp(2), SECCOMP_SET_MODE_FILTER).</summary>
    /// <returns>Where the listener's descriptor is, for a filter that has one.</returns>
    public Register? FilterCalls(SeccompProgram filter)
    {
        const int SetFilter = 1;
        var code = _arena.Allocate(filter.Instructions.Length);
        filter.Instructions.CopyTo(new Span<byte>(code, filter.Instructions.Length));
        // struct sock_fprog: u16 count, padding, pointer.
        var program = (ulong*)_arena.Allocate(16);
        program[0] = (ulong)(filter.Instructions.Length / 8);
        program[1] = (ulong)code;
        Register? listener = filter.NeedsListener ? Allocate("listener") : null;
        Call(SyscallNumber.Seccomp, [SetFilter, (long)filter.Flags, (ulong)program], listener);
        return listener;
    }

    /// <summary>Gives a signal its default effect: what .NET or a caller ignores, the container would inherit.</summary>
    public void ResetSignal(int signal)
    {
        // struct kernel_sigaction of zeros is SIG_DFL without flags and mask.
        Call(SyscallNumber.RtSigaction, [signal, (ulong)_arena.Allocate(32), 0, 8]);
    }

    public void UnblockSignals() =>
        Call(SyscallNumber.RtSigprocmask, [Signals.SetMask, (ulong)_arena.Allocate(8), 0, 8]);

    /// <summary>Starts the program; only the last candidate's failure ends the launch.</summary>
    public void Execute(IReadOnlyList<string> candidates, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        memory.Header->ExecuteStep = Count;
        var argv = (ulong)_arena.Texts(arguments);
        var envp = (ulong)_arena.Texts(environment);
        for (var i = 0; i < candidates.Count; i++)
        {
            Call(SyscallNumber.Execve, [Text(candidates[i]), argv, envp]);
            if (i < candidates.Count - 1)
            {
                Tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
            }
        }
    }

    void Prctl(int option, ulong a = 0, ulong b = 0) => Call(SyscallNumber.Prctl, [option, a, b, 0, 0]);
}
