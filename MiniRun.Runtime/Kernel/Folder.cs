using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>A directory held by its descriptor. Names are single components or relative paths below it; nothing here follows
/// a link in the last component, and whoever renames the directory cannot redirect what is done in it.</summary>
sealed partial class Folder : IDisposable
{
    Folder(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Where it was when it was opened: for messages, and for mount options that only take paths.</summary>
    public string Path { get; }

    int Fd => Files.Number(Handle);

    /// <exception cref="KernelException">It does not exist or is no directory.</exception>
    public static Folder Open(string path) => new(Files.OpenPath(path, Files.Directory), path);

    /// <summary>A directory of which only a descriptor is known.</summary>
    public static Folder Of(SafeFileHandle handle) => new(handle, $"/proc/self/fd/{Files.Number(handle)}");

    /// <summary>Opens a directory and makes it, and those above it, where they are missing.</summary>
    public static Folder Ensure(string path, int mode = 0b111_000_000)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            Make(Files.CurrentFolder, path[..slash], 0b111_101_101);
        }

        Make(Files.CurrentFolder, path, mode);
        return Open(path);
    }

    public Folder OpenFolder(string name) =>
        new(Files.OpenAt(Fd, name, Files.Directory | Files.NoFollow), $"{Path}/{name}");

    /// <summary>Opens a directory below this one, and makes it where it is missing.</summary>
    public Folder EnsureFolder(string name, int mode = 0b111_000_000)
    {
        Make(Fd, name, mode);
        return OpenFolder(name);
    }

    /// <summary>Makes a directory that must not exist yet.</summary>
    public Folder CreateFolder(string name, int mode = 0b111_000_000) =>
        mkdirat(Fd, name, mode) == 0 ? OpenFolder(name) : throw KernelException.Last("mkdir", $"{Path}/{name}");

    /// <summary>Makes a FIFO that must not exist yet.</summary>
    public unsafe void MakeFifo(string name, int mode = 0b110_000_000)
    {
        const int Fifo = 0x1000;
        using var arena = new Arena();
        var result = Syscall.Invoke(SyscallNumber.Mknodat, (ulong)Fd, (ulong)arena.Text(name), (ulong)(Fifo | mode));
        KernelException.Check(result, "mknod", $"{Path}/{name}");
    }

    public SafeFileHandle OpenFile(string name, Open flags = Kernel.Open.ReadOnly, int mode = 0b110_000_000)
    {
        try
        {
            return Files.OpenAt(Fd, name, flags | Files.NoFollow, mode);
        }
        catch (KernelException e)
        {
            throw new KernelException(e.Call, $"{Path}/{name}", e.Errno);
        }
    }

    public byte[] Read(string name)
    {
        using var file = OpenFile(name);
        return Files.ReadAll(file);
    }

    /// <summary>What a file holds, or null when there is none.</summary>
    public byte[]? TryRead(string name)
    {
        try
        {
            return Read(name);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Writes a file in place, for files whose loss does not matter and for the kernel's own.</summary>
    public void Write(string name, ReadOnlySpan<byte> bytes, Open flags = Kernel.Open.Create | Kernel.Open.Truncate, int mode = 0b110_000_000)
    {
        using var file = OpenFile(name, flags | Kernel.Open.WriteOnly, mode);
        Files.Write(file, bytes, $"{Path}/{name}");
    }

    /// <summary>Replaces a file so that a crash leaves the old or the new content, whole: temporary file, fsync, rename, fsync of the folder.</summary>
    public void WriteDurably(string name, ReadOnlySpan<byte> bytes, int mode = 0b110_000_000)
    {
        var temporary = $".{name}.tmp";
        using (var file = OpenFile(temporary, Kernel.Open.WriteOnly | Kernel.Open.Create | Kernel.Open.Truncate, mode))
        {
            Files.Write(file, bytes, $"{Path}/{temporary}");
            Files.Sync(file, $"{Path}/{temporary}");
        }

        Rename(temporary, name);
        Sync();
    }

    public void Rename(string from, string to) => RenameTo(this, from, to);

    /// <summary>Moves an entry into another directory of the same filesystem, over whatever is there.</summary>
    public void RenameTo(Folder target, string from, string to)
    {
        if (renameat(Fd, from, target.Fd, to) != 0)
        {
            throw KernelException.Last("rename", $"{Path}/{from} -> {target.Path}/{to}");
        }
    }

    public void Symlink(string target, string name)
    {
        if (symlinkat(target, Fd, name) != 0)
        {
            throw KernelException.Last("symlink", $"{Path}/{name}");
        }
    }

    /// <summary>Sets the permission bits whatever the umask was.</summary>
    public void SetMode(string name, int mode)
    {
        if (fchmodat(Fd, name, mode, 0) != 0)
        {
            throw KernelException.Last("chmod", $"{Path}/{name}");
        }
    }

    public bool Exists(string name) => faccessat(Fd, name, 0, SymlinkNoFollow) == 0;

    /// <summary>Puts the directory's entries on stable storage.</summary>
    public void Sync() => Files.Sync(Handle, Path);

    public void Dispose() => Handle.Dispose();

    static void Make(int folder, string path, int mode)
    {
        if (mkdirat(folder, path, mode) != 0 && Marshal.GetLastPInvokeError() != (int)Errno.EEXIST)
        {
            throw KernelException.Last("mkdir", path);
        }
    }

    const int SymlinkNoFollow = 0x100;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(int folder, string path, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat(int fromFolder, string from, int toFolder, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int symlinkat(string target, int folder, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fchmodat(int folder, string name, int mode, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int faccessat(int folder, string name, int mode, int flags);
}
