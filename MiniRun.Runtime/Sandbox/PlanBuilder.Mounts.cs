using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class PlanBuilder
{
    /// <summary>Changes of mounts no longer travel between this mount namespace and others.</summary>
    public void MakeMountsPrivate() =>
        Call(SyscallNumber.Mount, [0, Text("/"), 0, MountApi.RecursivePrivate, 0]);

    /// <summary>Makes a filesystem and mounts it at a path, by mount(2).</summary>
    public void MountAt(string type, string path, string options) =>
        Call(SyscallNumber.Mount, [Text(type), Text(path), Text(type), 0, Text(options)]);

    /// <summary>Opens the mount at a path.</summary>
    public void OpenMount(string path, Register mount) =>
        Call(SyscallNumber.OpenTree, [Files.CurrentFolder, Text(path), MountApi.OpenTreeCloseOnExec], mount);

    /// <summary>Begins a filesystem of a type; options follow, then <see cref="CreateMount"/>.</summary>
    public Register OpenFilesystem(string type)
    {
        var context = Allocate("context");
        Call(SyscallNumber.Fsopen, [Text(type), (long)MountApi.FsopenCloseOnExec], context);
        return context;
    }

    /// <summary>Begins a change of the filesystem that a place shows; options follow, then <see cref="Reconfigure"/>.</summary>
    public Register PickFilesystem(Register place)
    {
        var context = Allocate("context");
        Call(SyscallNumber.Fspick, [place, Text(""), (long)(MountApi.PickCloseOnExec | MountApi.PickEmptyPath)], context);
        return context;
    }

    /// <param name="value">Null for a flag.</param>
    public void SetOption(Register context, string key, string? value)
    {
        if (value is null)
        {
            Call(SyscallNumber.Fsconfig, [context, (long)MountApi.FsconfigFlag, Text(key), 0, 0]);
        }
        else
        {
            Call(SyscallNumber.Fsconfig, [context, (long)MountApi.FsconfigString, Text(key), Text(value), 0]);
        }
    }

    public void Reconfigure(Register context)
    {
        Call(SyscallNumber.Fsconfig, [context, (long)MountApi.FsconfigReconfigure, 0, 0, 0]);
        Close(context);
    }

    /// <summary>Makes the filesystem and a detached mount of it that carries its attributes from the first moment.</summary>
    public Register CreateMount(Register context, ulong attributes, string name)
    {
        CreateFilesystem(context);
        return MountFilesystem(context, attributes, name);
    }

    /// <summary>Makes a filesystem whose options are complete.</summary>
    public void CreateFilesystem(Register context) => Call(SyscallNumber.Fsconfig, [context, (long)MountApi.FsconfigCreate, 0, 0, 0]);

    /// <summary>A detached mount of a filesystem that was made.</summary>
    public Register MountFilesystem(Register context, ulong attributes, string name)
    {
        var mount = Allocate(name);
        Call(SyscallNumber.Fsmount, [context, (long)MountApi.FsmountCloseOnExec, attributes], mount);
        Close(context);
        return mount;
    }

    /// <summary>A detached copy of the mounts at a host path.</summary>
    public Register CloneTree(string path, bool recursive, string name)
    {
        var mount = Allocate(name);
        var flags = MountApi.OpenTreeClone | MountApi.OpenTreeCloseOnExec | (recursive ? MountApi.Recursive : 0);
        Call(SyscallNumber.OpenTree, [Files.CurrentFolder, Text(path), flags], mount);
        return mount;
    }

    /// <summary>A detached copy of the mount that a descriptor stands on, rooted at that descriptor.</summary>
    public Register CloneTree(PlanDescriptor place, bool recursive, string name)
    {
        var mount = Allocate(name);
        CloneTreeInto(place, recursive, mount);
        return mount;
    }

    public void CloneTreeInto(PlanDescriptor place, bool recursive, Register mount)
    {
        var flags = MountApi.OpenTreeClone | MountApi.OpenTreeCloseOnExec | MountApi.EmptyPath | (recursive ? MountApi.Recursive : 0);
        Call(SyscallNumber.OpenTree, [Of(place), Text(""), flags], mount);
    }

    public void SetAttributes(PlanDescriptor mount, AttributeChange change, bool recursive) =>
        ChangeMount(mount, new MountAttributes { Set = change.Set, Clear = change.Clear }, recursive);

    public void SetAttributes(PlanDescriptor mount, ulong set, ulong clear, bool recursive) =>
        ChangeMount(mount, new MountAttributes { Set = set, Clear = clear }, recursive);

    public void SetPropagation(PlanDescriptor mount, Propagation propagation) =>
        ChangeMount(mount, new MountAttributes { Propagation = propagation.Kind }, propagation.IsRecursive);

    /// <summary>Attaches a detached mount at the place that a descriptor stands for.</summary>
    public void Attach(PlanDescriptor mount, Register place) =>
        Call(SyscallNumber.MoveMount, [Of(mount), Text(""), place, Text(""), (long)MountApi.MoveByDescriptors]);

    /// <summary>Attaches a detached mount at a path.</summary>
    public void Attach(PlanDescriptor mount, string path) =>
        Call(SyscallNumber.MoveMount, [Of(mount), Text(""), Files.CurrentFolder, Text(path), (long)MountApi.MoveToPath]);

    /// <summary>The working directory becomes the root, the old root lies on top of it.</summary>
    public void PivotRoot() => Call(SyscallNumber.PivotRoot, [Text("."), Text(".")]);

    public void MoveMount(string from, string to) => Call(SyscallNumber.Mount, [Text(from), Text(to), 0, MountApi.Move, 0]);

    public void ChangeRoot(string path) => Call(SyscallNumber.Chroot, [Text(path)]);

    public void DetachOldRoot() => Call(SyscallNumber.Umount2, [Text("."), MountApi.DetachUnmount]);

    public void Unshare(ulong flags) => Call(SyscallNumber.Unshare, [flags]);

    /// <summary>Closes, and gives a register's place back.</summary>
    public void Close(PlanDescriptor descriptor)
    {
        if (descriptor.IsRegister)
        {
            Close(new Register((int)descriptor.Value));
        }
        else
        {
            Close((int)descriptor.Value);
        }
    }

    unsafe void ChangeMount(PlanDescriptor mount, MountAttributes attributes, bool recursive) =>
        Call(
            SyscallNumber.MountSetattr,
            [Of(mount), Text(""), MountApi.EmptyPath | (recursive ? MountApi.Recursive : 0u), Structure(attributes), sizeof(MountAttributes)]);

    static Argument Of(PlanDescriptor descriptor) => new((ulong)descriptor.Value, descriptor.IsRegister);
}
