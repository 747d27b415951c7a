using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Runtime.Kernel;

static unsafe partial class Files
{
    /// <summary>Where a symbolic link, or one of the kernel's own below /proc, leads (readlink(2)).</summary>
    /// <exception cref="KernelException">There is no such link, or the process that it belongs to has ended.</exception>
    public static string ReadLink(string path)
    {
        const int Size = 4096;
        var target = stackalloc byte[Size];
        var length = readlinkat(CurrentFolder, path, target, Size);
        return length >= 0 ? Encoding.UTF8.GetString(target, (int)length) : throw KernelException.Last("readlink", path);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlinkat(int folder, string path, byte* target, nuint size);
}
