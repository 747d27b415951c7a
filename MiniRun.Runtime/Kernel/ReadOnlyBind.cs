using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>A read-only view of one file at another place: whoever gets hold of it there cannot write to it (SECURITY R15).</summary>
static unsafe class ReadOnlyBind
{
    const int DetachUnmount = 2;

    /// <summary>Mounts a file, read-only, below a folder under its own name. A view that shows the same file already stays:
    /// programs run from it.</summary>
    /// <returns>The path of the view.</returns>
    public static string Ensure(string source, Folder folder)
    {
        var name = source[(source.LastIndexOf('/') + 1)..];
        var target = $"{folder.Path}/{name}";
        using var file = Files.OpenPath(source, Open.Path);
        using (var present = folder.OpenFile(name, Open.ReadOnly | Open.Create, 0b111_101_101))
        {
            if (FileIdentity.Of(present) == FileIdentity.Of(file))
            {
                return target;
            }
        }

        using var arena = new Arena();
        // A view of an older build; what runs from it keeps it.
        while (Syscall.Invoke(SyscallNumber.Umount2, (ulong)arena.Text(target), DetachUnmount) == 0)
        {
        }

        var tree = KernelException.Check(
            Syscall.Invoke(
                SyscallNumber.OpenTree, (ulong)Files.Number(file), (ulong)arena.Text(""),
                MountApi.OpenTreeClone | MountApi.OpenTreeCloseOnExec | MountApi.EmptyPath),
            "open_tree",
            source);
        using var owner = new SafeFileHandle((nint)tree, ownsHandle: true);
        var attributes = arena.Structure(new MountAttributes { Set = MountApi.AttributeReadOnly | MountApi.AttributeNoSuid | MountApi.AttributeNoDev });
        KernelException.Check(
            Syscall.Invoke(
                SyscallNumber.MountSetattr, (ulong)tree, (ulong)arena.Text(""), MountApi.EmptyPath, (ulong)attributes, (ulong)sizeof(MountAttributes)),
            "mount_setattr",
            source);
        KernelException.Check(
            Syscall.Invoke(
                SyscallNumber.MoveMount, (ulong)tree, (ulong)arena.Text(""), unchecked((ulong)Files.CurrentFolder), (ulong)arena.Text(target),
                MountApi.MoveToPath),
            "move_mount",
            target);
        return target;
    }

    /// <summary>Removes the view.</summary>
    public static void Remove(string target)
    {
        using var arena = new Arena();
        Syscall.Invoke(SyscallNumber.Umount2, (ulong)arena.Text(target), DetachUnmount);
    }
}
