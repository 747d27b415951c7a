using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>What kind of filesystem a path lies on (statfs(2)), as the magic numbers of linux/magic.h.</summary>
static unsafe partial class Filesystems
{
    public const long Cgroup = 0x27e0eb;
    public const long Cgroup2 = 0x63677270;
    public const long Tmpfs = 0x01021994;

    /// <summary>sizeof(struct statfs) on 64-bit systems is 120.</summary>
    const int StatfsSize = 128;

    /// <returns>A magic number, or 0 where nothing can be reached at the path.</returns>
    public static long Type(string path)
    {
        // f_type comes first, as a long.
        var buffer = stackalloc long[StatfsSize / sizeof(long)];
        return statfs(path, buffer) == 0 ? *buffer : 0;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statfs(string path, long* buffer);
}
