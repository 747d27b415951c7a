using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>This process's own root and working directory: chroot(2), pivot_root(2), chdir(2).</summary>
static unsafe partial class OwnRoot
{
    /// <exception cref="KernelException">EPERM without CAP_SYS_CHROOT.</exception>
    public static void Change(string path) => Check(chroot(path), "chroot", path);

    public static void ChangeFolder(string path) => Check(chdir(path), "chdir", path);

    public static void MakeFolder(string path) => Check(mkdir(path, 0b111_101_101), "mkdir", path);

    /// <summary>The working directory, which must be a mount, becomes the root of the mount namespace; the old root lies on top of it.</summary>
    public static void Pivot()
    {
        using var arena = new Arena();
        var here = (ulong)arena.Text(".");
        KernelException.Check(Syscall.Invoke(SyscallNumber.PivotRoot, here, here), "pivot_root", ".");
    }

    /// <summary>Takes away what lies on top of the working directory, with everything below it.</summary>
    public static void Detach()
    {
        using var arena = new Arena();
        KernelException.Check(Syscall.Invoke(SyscallNumber.Umount2, (ulong)arena.Text("."), MountApi.DetachUnmount), "umount2", ".");
    }

    /// <summary>Mounts a filesystem of a type that needs no source.</summary>
    public static void Mount(string type, string path)
    {
        using var arena = new Arena();
        var name = (ulong)arena.Text(type);
        KernelException.Check(Syscall.Invoke(SyscallNumber.Mount, name, (ulong)arena.Text(path), name), "mount", path);
    }

    static void Check(int result, string call, string path)
    {
        if (result != 0)
        {
            throw KernelException.Last(call, path);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chroot(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, int mode);
}
