using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>Numbers of the descriptor-based mount interface: fsopen(2), fsmount(2), open_tree(2), move_mount(2), mount_setattr(2).</summary>
static class MountApi
{
    public const uint FsopenCloseOnExec = 1;
    public const uint FsmountCloseOnExec = 1;
    public const uint OpenTreeClone = 1;
    public const uint OpenTreeCloseOnExec = 0x80000;
    public const uint EmptyPath = 0x1000;
    public const uint Recursive = 0x8000;

    /// <summary>Both sides of move_mount are the descriptors themselves.</summary>
    public const uint MoveByDescriptors = 0x4 | 0x40;

    /// <summary>The mount moved is the descriptor itself, the place a path.</summary>
    public const uint MoveToPath = 0x4;

    public const uint PickCloseOnExec = 1;
    public const uint PickEmptyPath = 8;

    public const int FsconfigFlag = 0;
    public const int FsconfigString = 1;
    public const int FsconfigCreate = 6;
    public const int FsconfigReconfigure = 7;

    public const ulong AttributeReadOnly = 0x1;
    public const ulong AttributeNoSuid = 0x2;
    public const ulong AttributeNoDev = 0x4;
    public const ulong AttributeNoExec = 0x8;

    /// <summary>The two bits that hold one of the three access time modes.</summary>
    public const ulong AccessTimeMask = 0x70;
    public const ulong AttributeRelativeAccessTime = 0;
    public const ulong AttributeNoAccessTime = 0x10;
    public const ulong AttributeStrictAccessTime = 0x20;
    public const ulong AttributeNoFolderAccessTime = 0x80;
    public const ulong AttributeIdMap = 0x100000;
    public const ulong AttributeNoFollow = 0x200000;

    public const ulong Move = 1 << 13;
    public const ulong Unbindable = 1 << 17;
    public const ulong Private = 1 << 18;
    public const ulong Slave = 1 << 19;
    public const ulong Shared = 1 << 20;
    public const ulong RecursivePrivate = Private | (1 << 14);
    public const int DetachUnmount = 2;
}

/// <summary>struct mount_attr of mount_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
struct MountAttributes
{
    public ulong Set;
    public ulong Clear;
    public ulong Propagation;
    public ulong UserNamespace;
}

/// <summary>struct open_how of openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
struct OpenHow
{
    /// <summary>Links of /proc that lead out of the path are refused.</summary>
    public const ulong NoMagicLinks = 0x02;

    public const ulong NoSymlinks = 0x04;

    /// <summary>No way out of the descriptor: <c>..</c> above it and absolute links are errors.</summary>
    public const ulong Beneath = 0x08;

    /// <summary>The descriptor is the root for the whole resolution, also for absolute links.</summary>
    public const ulong InRoot = 0x10;

    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}
