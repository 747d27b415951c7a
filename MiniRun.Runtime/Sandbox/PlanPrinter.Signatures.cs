using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

static partial class PlanPrinter
{
    /// <summary>How an argument is shown.</summary>
    enum ArgumentKind
    {
        Pointer,
        Address,
        Request,
        Number,
        Text,
        Texts,
        Environment,
        Descriptor,
        Mode,
        Device,
        OpenFlags,
        OpenHow,
        ResolveFlags,
        Filesystem,
        Attributes,
        MountFlags,
        TreeFlags,
        NamespaceFlags,
        ConfigCommand,
        PrctlOption,
        Signal,
        Resource,
        LimitPair,
        CapabilityData,
        CloneArguments,
    }

    readonly record struct CallSignature(string Name, params ArgumentKind[] Kinds);

    static CallSignature Signature(int number) =>
        Signatures.TryGetValue(number, out var signature)
            ? signature
            : throw new InvalidOperationException($"system call {number} is used in a plan but has no signature");

    static readonly Dictionary<int, CallSignature> Signatures = new()
    {
        [ControlStep.AwaitParent] = new("await_parent", ArgumentKind.Descriptor),
        [ControlStep.CheckWorkingDirectory] = new("getcwd"),
        [ControlStep.ContinueInChild] = new("clone3", ArgumentKind.CloneArguments),
        [ControlStep.CheckProgram] = new("check_program", ArgumentKind.Text),
        [SyscallNumber.Read] = new("read", ArgumentKind.Descriptor, ArgumentKind.Address, ArgumentKind.Number),
        [SyscallNumber.Sendto] = new("sendto", ArgumentKind.Descriptor, ArgumentKind.Address, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Getpid] = new("getpid"),
        [SyscallNumber.Uname] = new("uname", ArgumentKind.Address),
        [SyscallNumber.Ppoll] = new("ppoll", ArgumentKind.Pointer, ArgumentKind.Number, ArgumentKind.Pointer, ArgumentKind.Pointer),
        [SyscallNumber.ExitGroup] = new("exit_group", ArgumentKind.Number),
        [SyscallNumber.Write] = new("write", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.Number),
        [SyscallNumber.Close] = new("close", ArgumentKind.Descriptor),
        [SyscallNumber.RtSigaction] = new("rt_sigaction", ArgumentKind.Signal, ArgumentKind.Pointer),
        [SyscallNumber.RtSigprocmask] = new("rt_sigprocmask", ArgumentKind.Number, ArgumentKind.Pointer),
        [SyscallNumber.Ioctl] = new("ioctl", ArgumentKind.Descriptor, ArgumentKind.Request, ArgumentKind.Pointer),
        [SyscallNumber.Socket] = new("socket", ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Seccomp] = new("seccomp", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Pointer),
        [SyscallNumber.Setns] = new("setns", ArgumentKind.Descriptor, ArgumentKind.NamespaceFlags),
        [SyscallNumber.Keyctl] = new("keyctl", ArgumentKind.Number, ArgumentKind.Text),
        [SyscallNumber.SchedSetaffinity] = new("sched_setaffinity", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Pointer),
        [SyscallNumber.SchedSetattr] = new("sched_setattr", ArgumentKind.Number, ArgumentKind.Pointer),
        [SyscallNumber.IoprioSet] = new("ioprio_set", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Personality] = new("personality", ArgumentKind.Number),
        [SyscallNumber.SetMempolicy] = new("set_mempolicy", ArgumentKind.Number, ArgumentKind.Pointer, ArgumentKind.Number),
        [SyscallNumber.Execve] = new("execve", ArgumentKind.Text, ArgumentKind.Texts, ArgumentKind.Environment),
        [SyscallNumber.Chdir] = new("chdir", ArgumentKind.Text),
        [SyscallNumber.Fchdir] = new("fchdir", ArgumentKind.Descriptor),
        [SyscallNumber.Umask] = new("umask", ArgumentKind.Mode),
        [SyscallNumber.Fchown] = new("fchown", ArgumentKind.Descriptor, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Setsid] = new("setsid"),
        [SyscallNumber.Setgroups] = new("setgroups", ArgumentKind.Number, ArgumentKind.Pointer),
        [SyscallNumber.Setresuid] = new("setresuid", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Setresgid] = new("setresgid", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Capset] = new("capset", ArgumentKind.Pointer, ArgumentKind.CapabilityData),
        [SyscallNumber.Chroot] = new("chroot", ArgumentKind.Text),
        [SyscallNumber.PivotRoot] = new("pivot_root", ArgumentKind.Text, ArgumentKind.Text),
        [SyscallNumber.Prctl] = new("prctl", ArgumentKind.PrctlOption, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Mount] = new("mount", ArgumentKind.Text, ArgumentKind.Text, ArgumentKind.Text, ArgumentKind.TreeFlags, ArgumentKind.Text),
        [SyscallNumber.Umount2] = new("umount2", ArgumentKind.Text, ArgumentKind.Number),
        [SyscallNumber.Sethostname] = new("sethostname", ArgumentKind.Text, ArgumentKind.Number),
        [SyscallNumber.Setdomainname] = new("setdomainname", ArgumentKind.Text, ArgumentKind.Number),
        [SyscallNumber.Openat2] = new("openat2", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.OpenHow),
        [SyscallNumber.Openat] = new("openat", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.OpenFlags, ArgumentKind.Mode),
        [SyscallNumber.Mkdirat] = new("mkdirat", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.Mode),
        [SyscallNumber.Mknodat] = new("mknodat", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.Mode, ArgumentKind.Device),
        [SyscallNumber.Symlinkat] = new("symlinkat", ArgumentKind.Text, ArgumentKind.Descriptor, ArgumentKind.Text),
        [SyscallNumber.Unshare] = new("unshare", ArgumentKind.NamespaceFlags),
        [SyscallNumber.Dup3] = new("dup3", ArgumentKind.Descriptor, ArgumentKind.Descriptor, ArgumentKind.OpenFlags),
        [SyscallNumber.Prlimit64] = new("prlimit64", ArgumentKind.Number, ArgumentKind.Resource, ArgumentKind.LimitPair),
        [SyscallNumber.OpenTree] = new("open_tree", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.TreeFlags),
        [SyscallNumber.MoveMount] = new("move_mount", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.Descriptor, ArgumentKind.Text),
        [SyscallNumber.Fsopen] = new("fsopen", ArgumentKind.Text),
        [SyscallNumber.Fsconfig] = new("fsconfig", ArgumentKind.Descriptor, ArgumentKind.ConfigCommand, ArgumentKind.Text, ArgumentKind.Text),
        [SyscallNumber.Fsmount] = new("fsmount", ArgumentKind.Descriptor, ArgumentKind.Number, ArgumentKind.MountFlags),
        [SyscallNumber.CloseRange] = new("close_range", ArgumentKind.Number, ArgumentKind.Number, ArgumentKind.Number),
        [SyscallNumber.Fspick] = new("fspick", ArgumentKind.Descriptor, ArgumentKind.Text),
        [SyscallNumber.Fchownat] = new("fchownat", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.Number, ArgumentKind.Number),
        [MountStep.Resolve] = new("openat2", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.OpenHow),
        [MountStep.MakePlace] = new("make_place", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.OpenFlags, ArgumentKind.ResolveFlags),
        [MountStep.RequireFilesystem] = new("require_filesystem", ArgumentKind.Descriptor, ArgumentKind.Filesystem),
        [MountStep.RefuseFilesystem] = new(
            "refuse_filesystem", ArgumentKind.Descriptor, ArgumentKind.Filesystem, ArgumentKind.Filesystem, ArgumentKind.Filesystem,
            ArgumentKind.Filesystem, ArgumentKind.Filesystem),
        [MountStep.RequireDevice] = new("require_device", ArgumentKind.Descriptor, ArgumentKind.Mode, ArgumentKind.Number, ArgumentKind.Number),
        [MountStep.InheritMode] = new("inherit_mode", ArgumentKind.Descriptor, ArgumentKind.Descriptor),
        [MountStep.CopyTree] = new("copy_tree", ArgumentKind.Descriptor, ArgumentKind.Descriptor),
        [SyscallNumber.MountSetattr] = new("mount_setattr", ArgumentKind.Descriptor, ArgumentKind.Text, ArgumentKind.TreeFlags, ArgumentKind.Attributes),
    };
}
