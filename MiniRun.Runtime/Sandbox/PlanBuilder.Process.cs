using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;
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

    /// <summary>Every descriptor from 3 on closes when the program starts.</summary>
    public void CloseOnExecFrom3() => Call(SyscallNumber.CloseRange, [3, uint.MaxValue, 4]);

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
