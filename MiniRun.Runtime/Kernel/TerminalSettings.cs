using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>The settings of a terminal (termios(3)), kept to be put back.</summary>
sealed unsafe class TerminalSettings
{
    /// <summary>More than struct termios has.</summary>
    public const int Size = 64;

    public const uint Get = 0x5401;
    public const uint Set = 0x5402;
    const uint GetWindowSize = 0x5413;

    readonly byte[] _saved = new byte[Size];

    /// <summary>What a terminal is set to; null when the descriptor is no terminal.</summary>
    public static TerminalSettings? Of(SafeFileHandle terminal)
    {
        var settings = new TerminalSettings();
        fixed (byte* place = settings._saved)
        {
            return Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(terminal), Get, (ulong)place) == 0 ? settings : null;
        }
    }

    /// <summary>Every key goes to the reader as it is, and nothing is echoed (cfmakeraw(3)). What is shown goes on being completed:
    /// a line feed still begins the next line at its left.</summary>
    public void MakeRaw(SafeFileHandle terminal)
    {
        var raw = stackalloc uint[Size / sizeof(uint)];
        _saved.CopyTo(new Span<byte>(raw, Size));
        // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON; CSIZE PARENB, then CS8; ECHO ECHONL ICANON ISIG IEXTEN.
        raw[0] &= ~0x5EBu;
        raw[2] = (raw[2] & ~0x130u) | 0x30;
        raw[3] &= ~0x804Bu;
        Apply(terminal, (byte*)raw);
    }

    public void Restore(SafeFileHandle terminal)
    {
        fixed (byte* place = _saved)
        {
            Apply(terminal, place);
        }
    }

    /// <summary>Columns and rows; zeros when the descriptor is no terminal.</summary>
    public static (int Columns, int Rows) SizeOf(SafeFileHandle terminal)
    {
        var size = stackalloc ushort[4];
        return Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(terminal), GetWindowSize, (ulong)size) == 0 ? (size[1], size[0]) : (0, 0);
    }

    static void Apply(SafeFileHandle terminal, byte* settings) =>
        KernelException.Check(Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(terminal), Set, (ulong)settings), "ioctl TCSETS");
}
