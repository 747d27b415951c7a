using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Steps of the mounts that are more than one system call: what they do depends on what they find.</summary>
/// <remarks>Under the rules of <see cref="Interpreter"/>: nothing here allocates, takes a lock or calls the runtime. The numbers
/// are a range of their own below those of <see cref="ControlStep"/>.</remarks>
static unsafe class MountStep
{
    /// <summary>Every number from here down is one of these.</summary>
    public const int First = -20;

    /// <summary>openat2(2), repeated while something on its way is being renamed (SECURITY R2).</summary>
    public const int Resolve = First;

    /// <summary>Opens a place for a mount and makes what is missing of it: see <see cref="PlaceWalker"/>.</summary>
    public const int MakePlace = First - 1;

    /// <summary>Fails with EXDEV unless a descriptor lies on a filesystem of the type in argument 1.</summary>
    public const int RequireFilesystem = First - 2;

    /// <summary>Fails with EXDEV when a descriptor lies on a filesystem of one of the types in arguments 1 to 5.</summary>
    public const int RefuseFilesystem = First - 3;

    /// <summary>Fails with EEXIST unless a descriptor is the device of the kind and numbers in arguments 1 to 3.</summary>
    public const int RequireDevice = First - 4;

    /// <summary>Gives the directory of the first descriptor the permissions of the second.</summary>
    public const int InheritMode = First - 5;

    /// <summary>Copies what is in the directory of the first descriptor into that of the second: see <see cref="TreeCopy"/>.</summary>
    public const int CopyTree = First - 6;

    /// <summary>As often as other runtimes repeat a resolution; each new attempt needs another rename in its short time.</summary>
    const int Attempts = 128;

    public static long Run(int number, ulong a, ulong b, ulong c, ulong d, ulong e, ulong f) => number switch
    {
        Resolve => OpenPlace(a, b, c, d),
        MakePlace => PlaceWalker.Make((int)a, (byte*)b, c, d, (byte*)e),
        RequireFilesystem => Type(a) is var type && type < 0 ? type : (ulong)type == b ? 0 : -(long)Errno.EXDEV,
        RefuseFilesystem => Refuse(a, b, c, d, e, f),
        RequireDevice => Require(a, (int)b, (uint)c, (uint)d),
        InheritMode => Inherit(a, b),
        CopyTree => TreeCopy.Copy((int)a, (int)b),
        _ => -(long)Errno.ENOSYS,
    };

    public static long OpenPlace(ulong root, ulong path, ulong how, ulong size)
    {
        long result;
        var attempts = 0;
        do
        {
            result = Syscall.Invoke(SyscallNumber.Openat2, root, path, how, size);
        }
        while (result == -(long)Errno.EAGAIN && ++attempts < Attempts);
        return result;
    }

    /// <summary>What statx(2) says of a descriptor; 0 or a negated errno.</summary>
    public static long Facts(ulong descriptor, FileFacts* facts)
    {
        var empty = (byte)0;
        return Syscall.Invoke(SyscallNumber.Statx, descriptor, (ulong)(&empty), MountApi.EmptyPath, FileFacts.Basic, (ulong)facts);
    }

    static long Type(ulong descriptor)
    {
        // struct statfs begins with the type; the whole is 120 bytes.
        var facts = stackalloc long[16];
        var result = Syscall.Invoke(SyscallNumber.Fstatfs, descriptor, (ulong)facts);
        return result < 0 ? result : facts[0];
    }

    static long Refuse(ulong descriptor, ulong a, ulong b, ulong c, ulong d, ulong e)
    {
        var type = Type(descriptor);
        if (type < 0)
        {
            return type;
        }

        var found = (ulong)type;
        return found == a || found == b || found == c || found == d || found == e ? -(long)Errno.EXDEV : 0;
    }

    static long Require(ulong descriptor, int kind, uint major, uint minor)
    {
        FileFacts facts;
        var result = Facts(descriptor, &facts);
        if (result < 0)
        {
            return result;
        }

        var isSame = facts.Kind == kind && (kind == FileFacts.Fifo || (facts.DeviceMajor == major && facts.DeviceMinor == minor));
        return isSame ? 0 : -(long)Errno.EEXIST;
    }

    static long Inherit(ulong target, ulong source)
    {
        FileFacts facts;
        var result = Facts(source, &facts);
        return result < 0 ? result : ChangeMode(target, facts.Permissions);
    }

    /// <summary>chmod of the directory that a descriptor of a mount stands for: fchmod(2) does not take one opened as a place.</summary>
    static long ChangeMode(ulong descriptor, int mode)
    {
        var self = stackalloc byte[2] { (byte)'.', 0 };
        return Syscall.Invoke(SyscallNumber.Fchmodat, descriptor, (ulong)self, (ulong)mode);
    }
}
