using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class PlanBuilder
{
    public void Close(Register descriptor)
    {
        CloseForReuse(descriptor);
        Release(descriptor);
    }

    /// <summary>Closes, but the caller goes on using the register for something else.</summary>
    public void CloseForReuse(Register descriptor) => Call(SyscallNumber.Close, [descriptor]);

    public void Close(int descriptor) => Call(SyscallNumber.Close, [descriptor]);

    public Register OpenPath(string path, string name)
    {
        var descriptor = Allocate(name);
        Call(SyscallNumber.Openat, [Files.CurrentFolder, Text(path), (long)(Open.Path | Open.CloseOnExec | Files.Directory), 0], descriptor);
        return descriptor;
    }

    /// <summary>Opens a directory that no link stands for.</summary>
    public Register OpenFolder(string path, string name)
    {
        var descriptor = Allocate(name);
        const Open Place = Open.Path | Open.CloseOnExec;
        Call(SyscallNumber.Openat, [Files.CurrentFolder, Text(path), (long)(Place | Files.Directory | Files.NoFollow), 0], descriptor);
        return descriptor;
    }

    /// <summary>Opens a path below a root as a place (O_PATH), never leaving that root and never through a link of /proc.</summary>
    public Register ResolveIn(Register root, string path, Open flags, string name, ulong resolve = 0)
    {
        var descriptor = Allocate(name);
        ResolveInto(root, path, flags, descriptor, resolve);
        return descriptor;
    }

    public unsafe void ResolveInto(Register root, string path, Open flags, Register descriptor, ulong resolve = 0) =>
        Call(
            MountStep.Resolve,
            [
                root, Text(Relative(path)),
                Structure(new OpenHow
                {
                    Flags = (ulong)(Open.Path | Open.CloseOnExec | flags),
                    Resolve = OpenHow.InRoot | OpenHow.NoMagicLinks | resolve,
                }),
                sizeof(OpenHow),
            ],
            descriptor);

    static string Relative(string path) => path.TrimStart('/') is { Length: > 0 } relative ? relative : ".";

    public void MakeFolder(Register parent, string name, int mode) =>
        Call(SyscallNumber.Mkdirat, [parent, Text(name), mode]);

    /// <summary>Makes an empty file that must not exist, following no link.</summary>
    public void MakeFile(Register parent, string name, int mode)
    {
        var file = Allocate("file");
        Call(
            SyscallNumber.Openat,
            [parent, Text(name), (long)(Open.Create | Open.Exclusive | Open.CloseOnExec | Files.NoFollow), mode],
            file);
        Tolerate(Errno.EEXIST);
        var made = Mark();
        Close(file);
        SkipFromOnTolerated(made);
    }

    public void MakeLink(string target, Register parent, string name) =>
        Call(SyscallNumber.Symlinkat, [Text(target), parent, Text(name)]);

    public void ChangeFolder(PlanDescriptor folder) => Call(SyscallNumber.Fchdir, [Of(folder)]);

    public void ChangeFolder(string path) => Call(SyscallNumber.Chdir, [Text(path)]);

    /// <summary>Refuses a working directory that lies outside the root.</summary>
    public unsafe void CheckWorkingDirectory()
    {
        const int Size = 4096;
        Call(ControlStep.CheckWorkingDirectory, [(ulong)_arena.Allocate(Size), Size]);
    }

    public void SetUmask(int mask) => Call(SyscallNumber.Umask, [mask]);

    public void WriteFile(string path, string content)
    {
        var file = Allocate("file");
        Call(SyscallNumber.Openat, [Files.CurrentFolder, Text(path), (long)(Open.WriteOnly | Open.CloseOnExec), 0], file);
        Call(SyscallNumber.Write, [file, Text(content), System.Text.Encoding.UTF8.GetByteCount(content)]);
        Close(file);
    }

    /// <summary>Moves the process, which must have one thread, into a cgroup of v1.</summary>
    public void JoinCgroup(string entrance) => JoinCgroup(OpenEntrance(entrance));

    /// <summary>Opens the way into a cgroup of v1 while it can be reached.</summary>
    public Register OpenEntrance(string entrance)
    {
        var file = Allocate("entrance");
        Call(SyscallNumber.Openat, [Files.CurrentFolder, Text(entrance), (long)(Open.WriteOnly | Open.CloseOnExec), 0], file);
        return file;
    }

    /// <summary>Moves the process through a way that was opened.</summary>
    public void JoinCgroup(Register entrance)
    {
        Call(SyscallNumber.Write, [entrance, Text("0"), 1]);
        Close(entrance);
    }

    public void Duplicate(Register from, int to) => Call(SyscallNumber.Dup3, [from, to, 0]);

    public void Duplicate(int from, int to) => Call(SyscallNumber.Dup3, [from, to, 0]);

    public void ChangeOwner(int descriptor, uint uid, uint gid) => Call(SyscallNumber.Fchown, [descriptor, uid, gid]);
}
