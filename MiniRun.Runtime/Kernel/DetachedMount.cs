using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Mounts that are attached nowhere: they live as long as a descriptor of them, or until somebody attaches them.</summary>
static unsafe class DetachedMount
{
    /// <summary>A copy of the mounts at a place, rooted at it.</summary>
    /// <param name="path">What the place is called in an error.</param>
    public static SafeFileHandle Clone(SafeFileHandle place, string path, bool recursive)
    {
        var empty = (byte)0;
        var flags = MountApi.OpenTreeClone | MountApi.OpenTreeCloseOnExec | MountApi.EmptyPath | (recursive ? MountApi.Recursive : 0);
        return Owned(KernelException.Check(
            Syscall.Invoke(SyscallNumber.OpenTree, (ulong)Files.Number(place), (ulong)(&empty), flags), "open_tree", path));
    }

    /// <summary>A new filesystem.</summary>
    /// <param name="options">The value is null for a flag.</param>
    /// <param name="attributes">Of mount_setattr(2).</param>
    /// <exception cref="KernelException">Its path names the type, and the option that was refused.</exception>
    public static SafeFileHandle Create(string type, IEnumerable<(string Key, string? Value)> options, ulong attributes)
    {
        using var arena = new Arena();
        using var context = Owned(KernelException.Check(
            Syscall.Invoke(SyscallNumber.Fsopen, (ulong)arena.Text(type), MountApi.FsopenCloseOnExec), "fsopen", type));
        var number = (ulong)Files.Number(context);
        foreach (var (key, value) in options.SelectMany(Split))
        {
            var kind = value is null ? MountApi.FsconfigFlag : MountApi.FsconfigString;
            var text = value is null ? 0 : (ulong)arena.Text(value);
            KernelException.Check(
                Syscall.Invoke(SyscallNumber.Fsconfig, number, (ulong)kind, (ulong)arena.Text(key), text), "fsconfig", $"{type} {key}");
        }

        KernelException.Check(Syscall.Invoke(SyscallNumber.Fsconfig, number, MountApi.FsconfigCreate), "fsconfig", type);
        return Owned(KernelException.Check(
            Syscall.Invoke(SyscallNumber.Fsmount, number, MountApi.FsmountCloseOnExec, attributes), "fsmount", type));
    }

    /// <summary>Shows the owners of files through the maps of a user namespace, as its processes see them.</summary>
    /// <exception cref="KernelException">EINVAL when the filesystem cannot.</exception>
    public static void MapIds(SafeFileHandle mount, SafeFileHandle userNamespace, bool recursive)
    {
        var empty = (byte)0;
        var attributes = new MountAttributes { Set = MountApi.AttributeIdMap, UserNamespace = (ulong)Files.Number(userNamespace) };
        KernelException.Check(
            Syscall.Invoke(
                SyscallNumber.MountSetattr, (ulong)Files.Number(mount), (ulong)(&empty), MountApi.EmptyPath | (recursive ? MountApi.Recursive : 0),
                (ulong)(&attributes), (ulong)sizeof(MountAttributes)),
            "mount_setattr");
    }

    static IEnumerable<(string Key, string? Value)> Split((string Key, string? Value) option) =>
        OverlayLayers.NeedSplitting(option.Key, option.Value) ? OverlayLayers.Split(option.Value!).Select(layer => ("lowerdir+", (string?)layer)) : [option];

    static SafeFileHandle Owned(long descriptor) => new((nint)descriptor, ownsHandle: true);
}
