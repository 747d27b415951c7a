using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>struct statx of statx(2), which unlike struct stat is the same on every processor.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct FileFacts
{
    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint Basic = 0x7ff;

    /// <summary>S_IFMT: the bits of the mode that say what kind of file it is.</summary>
    public const int KindMask = 0xF000;

    public const int Fifo = 0x1000;
    public const int CharacterDevice = 0x2000;
    public const int Folder = 0x4000;
    public const int BlockDevice = 0x6000;
    public const int Regular = 0x8000;
    public const int Link = 0xA000;
    public const int Socket = 0xC000;

    const int WritableByOthers = 0b010_010;
    const uint NoFollow = 0x100;

    public uint Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint Links;
    public uint Uid;
    public uint Gid;
    public ushort Mode;
    ushort _pad;
    public ulong Inode;
    public ulong Size;
    public ulong Blocks;
    public ulong AttributesMask;
    fixed ulong _times[8];
    public uint DeviceMajor;
    public uint DeviceMinor;
    public uint FilesystemMajor;
    public uint FilesystemMinor;
    public ulong MountId;
    fixed ulong _later[13];

    /// <summary>Of the file that a descriptor stands for.</summary>
    public static FileFacts Of(SafeFileHandle file) => Ask(file, "", MountApi.EmptyPath);

    /// <summary>Of an entry itself, also where it is a link.</summary>
    /// <exception cref="KernelException">There is none.</exception>
    public static FileFacts Of(Folder folder, string name) => Ask(folder.Handle, name, NoFollow);

    public readonly int Kind => Mode & KindMask;

    /// <summary>Reading anything else could block, or never end.</summary>
    public readonly bool IsRegular => Kind == Regular;

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public readonly int Permissions => Mode & ~KindMask;

    /// <summary>When its content was changed, in nanoseconds since 1970.</summary>
    public readonly long Modified => ((long)_times[6] * 1_000_000_000) + (uint)_times[7];

    /// <summary>Whether nobody but root can have written it.</summary>
    public readonly bool IsRootsAlone => Uid == 0 && (Mode & WritableByOthers) == 0;

    static FileFacts Ask(SafeFileHandle folder, string name, uint flags)
    {
        FileFacts facts;
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
        {
            KernelException.Check(
                Syscall.Invoke(SyscallNumber.Statx, (ulong)Files.Number(folder), (ulong)path, flags, Basic, (ulong)(&facts)), "statx", name);
        }

        return facts;
    }
}
