using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Copies a directory's content into a new one, as <c>tmpcopyup</c> asks: files, directories, links, devices, with their
/// permissions and owners; like other runtimes neither times nor extended attributes.</summary>
/// <remarks>Everything goes by descriptors and follows no link: what the image's own files say leads nowhere else. What a
/// container with the same files does in the meantime can only spoil the copy.</remarks>
static unsafe class TreeCopy
{
    /// <summary>Directories that may lie within each other; each needs two descriptors and a buffer on the stack.</summary>
    const int MaximumDepth = 128;

    const int EntriesSize = 8192;
    const int LinkSize = 4096;

    /// <summary>What a single call of sendfile(2) may be asked for.</summary>
    const ulong Much = 0x7ffff000;

    /// <returns>0 or a negated errno; ENAMETOOLONG when directories are nested too deeply.</returns>
    public static long Copy(int from, int to)
    {
        // The place is an O_PATH descriptor, which cannot be read.
        var here = stackalloc byte[2] { (byte)'.', 0 };
        var source = Open(from, here, Files.Directory);
        if (source < 0)
        {
            return source;
        }

        var result = CopyEntries((int)source, to, 0);
        Close(source);
        return result;
    }

    static long CopyEntries(int from, int to, int depth)
    {
        var entries = stackalloc byte[EntriesSize];
        while (true)
        {
            var length = Syscall.Invoke(SyscallNumber.Getdents64, (ulong)from, (ulong)entries, EntriesSize);
            if (length <= 0)
            {
                return length;
            }

            // struct linux_dirent64: u64 inode, u64 offset, u16 length, u8 type, name.
            for (var entry = entries; entry < entries + length; entry += *(ushort*)(entry + 16))
            {
                var name = entry + 19;
                var result = IsSelfOrParent(name) ? 0 : CopyEntry(from, to, name, depth);
                if (result < 0)
                {
                    return result;
                }
            }
        }
    }

    static bool IsSelfOrParent(byte* name) =>
        name[0] == (byte)'.' && (name[1] == 0 || (name[1] == (byte)'.' && name[2] == 0));

    static long CopyEntry(int from, int to, byte* name, int depth)
    {
        FileFacts facts;
        var result = Syscall.Invoke(
            SyscallNumber.Statx, (ulong)from, (ulong)name, SymlinkNoFollow, FileFacts.Basic, (ulong)(&facts));
        if (result < 0)
        {
            return result;
        }

        result = facts.Kind switch
        {
            FileFacts.Folder => MakeFolder(from, to, name, depth),
            FileFacts.Regular => CopyFile(from, to, name),
            FileFacts.Link => CopyLink(from, to, name),
            _ => Syscall.Invoke(
                SyscallNumber.Mknodat, (ulong)to, (ulong)name, facts.Mode, DeviceNumber.Encode(facts.DeviceMajor, facts.DeviceMinor)),
        };
        if (result == -(long)Errno.EEXIST)
        {
            // In a /dev of the container's own there already are nodes, which count.
            return 0;
        }

        if (result < 0)
        {
            return result;
        }

        // The owner first: a change of it clears setuid and setgid.
        result = Syscall.Invoke(SyscallNumber.Fchownat, (ulong)to, (ulong)name, facts.Uid, facts.Gid, SymlinkNoFollow);
        return result < 0 || facts.Kind == FileFacts.Link
            ? result
            : Syscall.Invoke(SyscallNumber.Fchmodat, (ulong)to, (ulong)name, (ulong)facts.Permissions);
    }

    static long MakeFolder(int from, int to, byte* name, int depth)
    {
        var result = Syscall.Invoke(SyscallNumber.Mkdirat, (ulong)to, (ulong)name, 0b111_000_000);
        if (result < 0 && result != -(long)Errno.EEXIST)
        {
            return result;
        }

        var source = Open(from, name, Files.Directory);
        if (source < 0)
        {
            return source;
        }

        result = Open(to, name, Files.Directory);
        if (result >= 0)
        {
            var target = result;
            result = depth + 1 == MaximumDepth ? -(long)Errno.ENAMETOOLONG : CopyEntries((int)source, (int)target, depth + 1);
            Close(target);
        }

        Close(source);
        return result;
    }

    static long CopyFile(int from, int to, byte* name)
    {
        // It may have become a pipe since, which must not block the start.
        var source = Open(from, name, Kernel.Open.NonBlocking);
        if (source < 0)
        {
            return source;
        }

        const Open New = Kernel.Open.WriteOnly | Kernel.Open.Create | Kernel.Open.Exclusive | Kernel.Open.CloseOnExec;
        var result = Syscall.Invoke(SyscallNumber.Openat, (ulong)to, (ulong)name, (ulong)(New | Files.NoFollow), 0b110_000_000);
        if (result >= 0)
        {
            var target = result;
            do
            {
                result = Syscall.Invoke(SyscallNumber.Sendfile, (ulong)target, (ulong)source, 0, Much);
            }
            while (result > 0);
            Close(target);
        }

        Close(source);
        return result;
    }

    static long CopyLink(int from, int to, byte* name)
    {
        var target = stackalloc byte[LinkSize];
        var length = Syscall.Invoke(SyscallNumber.Readlinkat, (ulong)from, (ulong)name, (ulong)target, LinkSize);
        if (length < 0 || length == LinkSize)
        {
            return length < 0 ? length : -(long)Errno.ENAMETOOLONG;
        }

        target[length] = 0;
        return Syscall.Invoke(SyscallNumber.Symlinkat, (ulong)target, (ulong)to, (ulong)name);
    }

    const ulong SymlinkNoFollow = 0x100;

    static long Open(int folder, byte* name, Open flags) =>
        Syscall.Invoke(SyscallNumber.Openat, (ulong)folder, (ulong)name, (ulong)(flags | Kernel.Open.CloseOnExec | Files.NoFollow));

    static void Close(long descriptor) => Syscall.Invoke(SyscallNumber.Close, (ulong)descriptor);
}
