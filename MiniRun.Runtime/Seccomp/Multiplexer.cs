namespace MiniRun.Runtime.Seccomp;

/// <summary>The two calls through which i386 made sockets and System V IPC before they had numbers of their own.</summary>
static class Multiplexer
{
    /// <summary>By SYS_* of linux/net.h, from 1 on.</summary>
    static readonly string[] SocketCalls =
    [
        "", "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto",
        "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    /// <summary>By SEMOP and so on of linux/ipc.h.</summary>
    static readonly string[] IpcCalls =
    [
        "", "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "", "msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "",
        "", "shmat", "shmdt", "shmget", "shmctl",
    ];

    /// <summary>Through which call i386 also reaches one of these, and what its first argument then is; null for other calls.</summary>
    public static (string Through, uint Number)? Find(string call)
    {
        var number = Array.IndexOf(SocketCalls, call);
        if (number > 0)
        {
            return ("socketcall", (uint)number);
        }

        number = Array.IndexOf(IpcCalls, call);
        return number > 0 ? ("ipc", (uint)number) : null;
    }
}
