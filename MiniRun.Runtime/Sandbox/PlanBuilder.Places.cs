using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class PlanBuilder
{
    ulong _scratch;

    /// <summary>Opens a place below a root like <see cref="ResolveInto"/> and makes what is missing of it.</summary>
    public unsafe void MakePlaceInto(Register root, string path, Open flags, Register descriptor, ulong resolve)
    {
        if (_scratch == 0)
        {
            // One for all: only one walk is under way at a time.
            _scratch = (ulong)_arena.Allocate(PlaceWalker.ScratchSize);
        }

        Call(MountStep.MakePlace, [root, Text(Relative(path)), (long)flags, resolve, _scratch], descriptor);
    }

    /// <summary>Ends the launch unless the descriptor lies on a filesystem of that type.</summary>
    public void RequireFilesystem(PlanDescriptor descriptor, ulong magic) =>
        Call(MountStep.RequireFilesystem, [Of(descriptor), magic]);

    /// <summary>Ends the launch when the descriptor lies on one of the filesystems that are the kernel's own files.</summary>
    public void RefuseKernelFilesystem(Register descriptor) =>
        Call(
            MountStep.RefuseFilesystem,
            [descriptor, FilesystemMagic.Proc, FilesystemMagic.Sysfs, FilesystemMagic.DevPts, FilesystemMagic.Cgroup, FilesystemMagic.Cgroup2]);

    /// <summary>Ends the launch unless the descriptor is that device; a FIFO has no numbers.</summary>
    public void RequireDevice(Register descriptor, int kind, uint major, uint minor) =>
        Call(MountStep.RequireDevice, [descriptor, kind, major, minor]);

    /// <summary>Gives a directory, the root of a mount, the permissions of another.</summary>
    public void InheritMode(Register mount, Register place) => Call(MountStep.InheritMode, [mount, place]);

    /// <summary>Copies a directory's content into another directory, which is empty.</summary>
    public void CopyTree(Register place, Register mount) => Call(MountStep.CopyTree, [place, mount]);

    /// <summary>Opens a name in a directory as a place, following no link.</summary>
    public Register OpenEntry(Register folder, string name, string register)
    {
        var descriptor = Allocate(register);
        Call(SyscallNumber.Openat, [folder, Text(name), (long)(Open.Path | Open.CloseOnExec | Files.NoFollow), 0], descriptor);
        return descriptor;
    }

    /// <param name="kindAndMode">What kind of file it is (<see cref="FileFacts"/>) with its permissions.</param>
    public void MakeNode(Register folder, string name, int kindAndMode, uint major, uint minor) =>
        Call(SyscallNumber.Mknodat, [folder, Text(name), kindAndMode, DeviceNumber.Encode(major, minor)]);

    public void ChangeOwner(Register folder, string name, uint uid, uint gid) =>
        Call(SyscallNumber.Fchownat, [folder, Text(name), uid, gid, 0x100]);
}
