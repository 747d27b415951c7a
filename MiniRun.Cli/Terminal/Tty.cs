using System.Runtime.InteropServices;

namespace MiniRun.Cli.Terminal;

/// <summary>termios(3) and tty_ioctl(4).</summary>
static partial class Tty
{
    /// <summary>More than struct termios takes on any Linux; the C library alone looks inside.</summary>
    public const int SettingsBytes = 128;

    /// <summary>TCSANOW.</summary>
    public const int Now = 0;

    const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetSettings(int descriptor, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetSettings(int descriptor, int when, byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw([In, Out] byte[] settings);

    public static (int Columns, int Rows)? Size(int descriptor)
    {
        var size = new ushort[4];
        return WindowSize(descriptor, GetWindowSize, size) == 0 && size is [> 0, > 0, ..] ? (size[1], size[0]) : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int WindowSize(int descriptor, nuint request, [In, Out] ushort[] size);
}
