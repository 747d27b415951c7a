using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>Folders by path, in one call each: for trees in which only the host makes names, such as cgroupfs.</summary>
sealed partial class Folder
{
    const int Nobody = -1;

    /// <summary>Makes a directory.</summary>
    /// <returns>False when something has that name already.</returns>
    /// <exception cref="KernelException">ENOENT when the directory above is missing.</exception>
    public static bool TryMake(string path, int mode)
    {
        if (mkdirat(Files.CurrentFolder, path, mode) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == (int)Errno.EEXIST ? false : throw KernelException.Last("mkdir", path);
    }

    public static bool PathExists(string path) => faccessat(Files.CurrentFolder, path, 0, SymlinkNoFollow) == 0;

    /// <summary>Removes an empty directory; one that is not there is no error.</summary>
    public static void Remove(string path)
    {
        if (unlinkat(Files.CurrentFolder, path, RemoveFolder) != 0 && Marshal.GetLastPInvokeError() != (int)Errno.ENOENT)
        {
            throw KernelException.Last("rmdir", path);
        }
    }

    /// <summary>Opens the directory below or, by "..", above this one, under this one's path: a walk of any depth costs no
    /// longer names.</summary>
    public Folder Step(string name) => new(Files.OpenAt(Fd, name, Files.Directory | Files.NoFollow), Path);

    /// <summary>Gives an entry, or by "." this directory itself, to a user; its group stays.</summary>
    public void GiveTo(string name, uint uid)
    {
        if (fchownat(Fd, name, uid, Nobody, SymlinkNoFollow) != 0)
        {
            throw KernelException.Last("chown", $"{Path}/{name}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fchownat(int folder, string name, uint uid, int gid, int flags);
}
