using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Pseudo-terminals: pty(7), ioctl_tty(2).</summary>
static unsafe class Terminal
{
    /// <summary>TIOCSCTTY.</summary>
    public const int SetControlling = 0x540E;

    /// <summary>TIOCSPTLCK.</summary>
    public const uint SetLock = 0x40045431;

    /// <summary>TIOCGPTPEER.</summary>
    public const uint OpenPeer = 0x5441;

    const uint SetWindowSize = 0x5414;

    /// <summary>Makes a private devpts instance as a detached mount, the way a container's /dev/pts shall be.</summary>
    /// <remarks>The monitor makes it and not the container, so that the terminal's master never lives in the container
    /// and its peer is a path inside the container's own /dev/pts.</remarks>
    public static SafeFileHandle CreateInstance(IReadOnlyList<(string Key, string? Value)> options, ulong attributes) =>
        DetachedMount.Create("devpts", options, attributes);

    /// <summary>Opens a new terminal of a devpts instance.</summary>
    public static (SafeFileHandle Master, SafeFileHandle Peer) Open(SafeFileHandle instance)
    {
        var master = Files.OpenAt(Files.Number(instance), "ptmx", Kernel.Open.ReadWrite | Kernel.Open.NoControllingTerminal);
        var unlocked = 0;
        Control(master, SetLock, (ulong)&unlocked, "TIOCSPTLCK");
        var flags = (ulong)(Kernel.Open.ReadWrite | Kernel.Open.NoControllingTerminal | Kernel.Open.CloseOnExec);
        // By descriptor, not by the name of the peer: a name could be swapped (SECURITY R10).
        var peer = Control(master, OpenPeer, flags, "TIOCGPTPEER");
        return (master, new SafeFileHandle((nint)peer, ownsHandle: true));
    }

    /// <summary>Sets the size and lets the foreground processes know by SIGWINCH.</summary>
    public static void Resize(SafeFileHandle terminal, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        Control(terminal, SetWindowSize, (ulong)size, "TIOCSWINSZ");
    }

    /// <summary>Line feeds of the container stay line feeds: for a caller whose own terminal completes them, or who has none.</summary>
    public static void LeaveLineFeedsAlone(SafeFileHandle terminal)
    {
        const uint OutputNewline = 0x4;
        var settings = stackalloc byte[TerminalSettings.Size];
        Control(terminal, TerminalSettings.Get, (ulong)settings, "TCGETS");
        ((uint*)settings)[1] &= ~OutputNewline;
        Control(terminal, TerminalSettings.Set, (ulong)settings, "TCSETS");
    }

    /// <summary>As <see cref="Resize"/>; false when the descriptor is no terminal.</summary>
    public static bool TryResize(Descriptor terminal, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        return Syscall.Invoke(SyscallNumber.Ioctl, (ulong)terminal.Number, SetWindowSize, (ulong)size) == 0;
    }

    static long Control(SafeFileHandle terminal, uint request, ulong argument, string name) =>
        KernelException.Check(Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(terminal), request, argument), "ioctl " + name);
}
