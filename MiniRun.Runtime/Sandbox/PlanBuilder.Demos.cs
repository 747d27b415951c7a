using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Steps of children that never become another program.</summary>
sealed unsafe partial class PlanBuilder
{
    public void GetProcessId() => Call(SyscallNumber.Getpid, []);

    /// <summary>Fills memory of this process from a descriptor; waits until something comes.</summary>
    public void ReadInto(int descriptor, ulong address, int size) => Call(SyscallNumber.Read, [descriptor, address, size]);

    /// <summary>Sends memory of this process over a socket.</summary>
    public void Send(int socket, ulong address, int size)
    {
        // A peer that is gone is an error of the step, not a signal.
        const int NoSignal = 0x4000;
        Call(SyscallNumber.Sendto, [socket, address, size, NoSignal, 0, 0]);
    }

    /// <summary>Asks for the names of the system and sends the one of the host (uname(2)).</summary>
    public void SendHostName(int socket)
    {
        // struct utsname: six texts of 65 bytes; the second is the host's name.
        var names = (ulong)_arena.Allocate(6 * HostNameSize);
        Call(SyscallNumber.Uname, [names]);
        Send(socket, names + HostNameSize, HostNameSize);
    }

    /// <summary>Bytes of a host's name with its NUL and what may lie behind it.</summary>
    public const int HostNameSize = 65;

    /// <summary>Sleeps until a signal ends the process (ppoll(2) for nothing and without an end).</summary>
    public void Sleep() => Call(SyscallNumber.Ppoll, [0, 0, 0, 0, 0]);

    /// <summary>Ends the process; nothing after it is reached.</summary>
    public void Exit(int code) => Call(SyscallNumber.ExitGroup, [code]);
}
