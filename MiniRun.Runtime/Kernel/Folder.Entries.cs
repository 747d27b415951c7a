using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>What kind of thing a directory entry is (DT_* of readdir(3)).</summary>
enum EntryKind : byte
{
    Unknown = 0,
    Fifo = 1,
    CharacterDevice = 2,
    Folder = 4,
    BlockDevice = 6,
    File = 8,
    Link = 10,
    Socket = 12,
}

sealed partial class Folder
{
    const int RemoveFolder = 0x200;

    /// <summary>How many levels of a tree are open at once: a container may nest folders as deep as it likes, but neither
    /// descriptors nor stack are endless.</summary>
    const int MaximumDepth = 64;

    /// <summary>The names in this directory, in no order, without <c>.</c> and <c>..</c>.</summary>
    public unsafe List<(string Name, EntryKind Kind)> List()
    {
        var entries = new List<(string, EntryKind)>();
        // A descriptor of its own, so that the read position is ours alone.
        using var handle = Files.OpenAt(Fd, ".", Files.Directory);
        var buffer = new byte[32768];
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var length = (int)KernelException.Check(
                    Syscall.Invoke(GetDents64, (ulong)Files.Number(handle), (ulong)bytes, (ulong)buffer.Length), "getdents64", Path);
                if (length == 0)
                {
                    return entries;
                }

                for (var at = 0; at < length;)
                {
                    // struct linux_dirent64: u64 inode, u64 offset, u16 length, u8 type, name.
                    var size = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16));
                    var name = buffer.AsSpan(at + 19, size - 19);
                    name = name[..name.IndexOf((byte)0)];
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        entries.Add((Encoding.UTF8.GetString(name), (EntryKind)buffer[at + 18]));
                    }

                    at += size;
                }
            }
        }
    }

    /// <summary>Removes a file or link; one that is not there is no error.</summary>
    public void Delete(string name) => Unlink(name, 0);

    /// <summary>Removes an empty directory; one that is not there is no error.</summary>
    public void DeleteFolder(string name) => Unlink(name, RemoveFolder);

    /// <summary>Removes a directory with everything below it, never following a link.</summary>
    public void DeleteTree(string name)
    {
        Folder folder;
        try
        {
            folder = OpenFolder(name);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return;
        }

        using (folder)
        {
            while (Empty(folder, folder, depth: 0))
            {
            }
        }

        DeleteFolder(name);
    }

    /// <summary>Deletes everything below a directory; what lies too deep is moved up to the top instead.</summary>
    /// <returns>Whether something was moved, and the top must be emptied again.</returns>
    static bool Empty(Folder top, Folder folder, int depth)
    {
        var moved = false;
        foreach (var (entry, kind) in folder.List())
        {
            if (kind is not EntryKind.Folder)
            {
                folder.Delete(entry);
            }
            else if (depth == MaximumDepth)
            {
                folder.RenameTo(top, entry, $".deep-{Guid.NewGuid():N}");
                moved = true;
            }
            else
            {
                using (var below = folder.OpenFolder(entry))
                {
                    moved |= Empty(top, below, depth + 1);
                }

                folder.DeleteFolder(entry);
            }
        }

        return moved;
    }

    void Unlink(string name, int flags)
    {
        if (unlinkat(Fd, name, flags) != 0 && Marshal.GetLastPInvokeError() != (int)Errno.ENOENT)
        {
            throw KernelException.Last(flags == 0 ? "unlink" : "rmdir", $"{Path}/{name}");
        }
    }

    static int GetDents64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(int folder, string name, int flags);
}
