using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>Starts a program from a process with many threads: posix_spawn(3) never runs managed code in the child.</summary>
static unsafe partial class Spawn
{
    /// <summary>More than any libc needs for its opaque structures.</summary>
    const int OpaqueSize = 512;

    const short SetSignalDefaults = 0x04;
    const short SetSignalMask = 0x08;
    const short NewSession = 0x80;

    /// <summary>Starts a program in a session of its own, in the root folder, with /dev/null as its standard streams.</summary>
    /// <param name="inherited">A descriptor of this process that becomes descriptor 3 of the program.</param>
    /// <returns>Its pid; it is a child of this process and must be reaped.</returns>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, int inherited) =>
        Start(program, arguments, environment, "/", NewSession, (actions, arena) =>
        {
            var nothing = arena.Text("/dev/null");
            for (var stream = 0; stream < 3; stream++)
            {
                Check(posix_spawn_file_actions_addopen((byte*)actions, stream, nothing, (int)Open.ReadWrite, 0), "posix_spawn_file_actions_addopen");
            }

            Check(posix_spawn_file_actions_adddup2((byte*)actions, inherited, 3), "posix_spawn_file_actions_adddup2");
        });

    /// <summary>Starts a program in a folder, with descriptors of this process as its standard input and as both outputs.</summary>
    /// <returns>Its pid; it is a child of this process and must be reaped.</returns>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder, int input, int output) =>
        Start(program, arguments, environment, folder, 0, (actions, _) =>
        {
            Check(posix_spawn_file_actions_adddup2((byte*)actions, input, 0), "posix_spawn_file_actions_adddup2");
            Check(posix_spawn_file_actions_adddup2((byte*)actions, output, 1), "posix_spawn_file_actions_adddup2");
            Check(posix_spawn_file_actions_adddup2((byte*)actions, output, 2), "posix_spawn_file_actions_adddup2");
        });

    static int Start(
        string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder, short flags, Action<nint, Arena> connect)
    {
        using var arena = new Arena();
        var actions = arena.Allocate(OpaqueSize);
        var attributes = arena.Allocate(OpaqueSize);
        // sigset_t has 1024 bits; all zeros block nothing, all ones reset everything.
        var none = arena.Allocate(128);
        var all = arena.Allocate(128);
        new Span<byte>(all, 128).Fill(0xFF);
        Check(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(posix_spawnattr_init(attributes), "posix_spawnattr_init");
        try
        {
            Check(posix_spawn_file_actions_addchdir_np(actions, arena.Text(folder)), "posix_spawn_file_actions_addchdir_np");
            connect((nint)actions, arena);
            Check(posix_spawnattr_setsigdefault(attributes, all), "posix_spawnattr_setsigdefault");
            Check(posix_spawnattr_setsigmask(attributes, none), "posix_spawnattr_setsigmask");
            Check(posix_spawnattr_setflags(attributes, (short)(SetSignalDefaults | SetSignalMask | flags)), "posix_spawnattr_setflags");
            int pid;
            Check(posix_spawn(&pid, arena.Text(program), actions, attributes, arena.Texts(arguments), arena.Texts(environment)), "posix_spawn", program);
            return pid;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>These functions return the errno.</summary>
    static void Check(int errno, string call, string? path = null)
    {
        if (errno != 0)
        {
            throw new KernelException(call, path, (Errno)errno);
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, byte* path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, byte* path);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);

    [LibraryImport("libc")]
    private static partial int posix_spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);
}
