using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What an error of a step usually means, in words that lead to the way out.</summary>
static class LaunchHints
{
    public static string For(PrintedCall call, Errno errno) => (call.Name, errno) switch
    {
        ("execve" or "check_program", Errno.ENOENT) =>
            "the program does not exist in the image, or the interpreter or loader that it names does not; check the command and PATH",
        ("execve" or "check_program", Errno.EACCES) => "the file is not executable, or lies on a mount with noexec; chmod +x it in the image",
        ("execve", Errno.ENOEXEC) => "the file is no program for this processor, or a script without a #! line",
        ("execve", Errno.E2BIG) => "arguments and environment together are larger than the kernel accepts; shorten them",
        ("execve", Errno.ENOMEM) => "the memory limit is too small for the program to be loaded; raise it",
        ("execve" or "check_program", Errno.ENOTDIR) => "a part of the program's path is a file, not a directory",
        ("execve", Errno.EISDIR) => "the command names a directory; name a program",
        ("open_tree", Errno.ENOENT) => "the source of a bind mount does not exist on the host; create it or correct the path",
        ("open_tree", Errno.EINVAL) => "the source cannot be shown: it is unbindable, or mounts below it that must stay hidden would appear; use \"rbind\"",
        ("openat2" or "make_place", Errno.ELOOP) => "the image has a symbolic link where the runtime accepts none; replace it by a directory",
        ("openat2", Errno.ENOENT) => "what must be there is missing: for \"remount\" a mount, for masked paths /dev/null",
        ("make_place" or "mkdirat", Errno.EACCES or Errno.EPERM or Errno.EOVERFLOW) =>
            "the place of a mount cannot be made: the container's root does not own the folder; chown the image to the mapped ids",
        ("openat", Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP) when call.Text.Contains("O_DIRECTORY", StringComparison.Ordinal) => "the root folder is missing, or no folder, or a link to one; name the folder itself in root.path",
        ("openat2" or "make_place" or "mkdirat", Errno.ENOTDIR) => "the image has a file where a directory is needed",
        ("mknodat", Errno.EPERM) => "no device can be made here: the runtime lacks CAP_MKNOD or runs in a user namespace",
        ("mknodat", Errno.EROFS) => "the image is read-only and lacks the device; mount a tmpfs on /dev",
        ("require_device", Errno.EEXIST) =>
            "the image has another file where a device is needed, /dev/null for the masks perhaps; refused (CVE-2025-31133); mount a tmpfs on /dev",
        ("refuse_filesystem", Errno.EXDEV) => "a link in the image leads the mount to the kernel's own files; refused (CVE-2019-19921)",
        ("require_filesystem", Errno.EXDEV) => "only a proc filesystem may be bound to /proc",
        ("copy_tree", Errno.ENAMETOOLONG) => "the folder to copy up is nested too deeply; bind or mount it in another way",
        ("copy_tree", Errno.ENOSPC) => "the folder to copy up is larger than the new filesystem; raise its size option",
        ("move_mount", Errno.ENOTDIR or Errno.EINVAL) => "a file cannot be mounted on a folder, nor a folder on a file; correct the destination",
        ("mount_setattr", Errno.EPERM) => "the host has locked this attribute or mode of the mount for user namespaces; leave the option out",
        ("mount_setattr", Errno.EINVAL) => "nothing is mounted there, so that nothing can be remounted; or the kernel does not know the attribute",
        ("fsopen" or "fsconfig" or "fsmount", Errno.EPERM) =>
            "in a user namespace this filesystem needs another namespace of the container's own: sysfs a network, mqueue an ipc, proc a pid namespace, and a proc of the host that hides nothing; or bind the host's",
        ("mkdirat" or "openat" or "make_place", Errno.EROFS) => "the place of a mount is missing in a read-only image; add it there",
        ("fsopen", Errno.ENODEV) => "this kernel has no such filesystem; load its module or remove the mount",
        ("fsconfig", Errno.EINVAL) => "the filesystem does not know this option or value; the kernel's log says which",
        ("fsconfig", Errno.ENOENT) => "a layer of the image or the writable layer is missing on disk",
        ("fsconfig", Errno.EBUSY) => "the writable layer is in use by another mount; is the container running already?",
        ("prlimit64", Errno.EPERM) => "the hard limit is above what this host grants (CAP_SYS_RESOURCE is missing); lower it",
        ("write", Errno.ENOENT) => "the kernel does not know the profile or label: load the AppArmor profile on the host",
        ("setns", Errno.EPERM) => "the namespace belongs to a user namespace over which the runtime, or the user namespace that the container joins, has no rights",
        ("setns", Errno.EINVAL) => "the namespace cannot be joined: it is the runtime's own user namespace, or one above the runtime's own",
        ("sched_setaffinity", Errno.EINVAL) => "none of these CPUs is online and in the cgroup's cpuset; correct process.execCPUAffinity",
        ("sched_setattr", Errno.EPERM) =>
            "the host does not grant this scheduling: CAP_SYS_NICE is missing or it is a user namespace, the cgroup has no real-time budget (cpu.rt_runtime_us), or the deadlines do not fit",
        ("sched_setattr", Errno.EBUSY) => "the deadlines of this and of other processes do not fit; ask for less runtime",
        ("set_mempolicy", Errno.EINVAL) => "none of these nodes is online and in the cgroup's cpuset, or the kernel does not know the policy; correct linux.memoryPolicy",
        ("ioprio_set", Errno.EPERM) => "the host does not grant this class: CAP_SYS_NICE is missing, or it is a user namespace",
        ("write", Errno.EACCES or Errno.EPERM) => "this host does not let the value be lowered (CAP_SYS_RESOURCE is missing); choose a higher one",
        ("getcwd", _) => "the working directory lies outside the container; refused (CVE-2024-21626)",
        (_, Errno.ENOSPC) => "the disk, or a limit on the number of mounts or namespaces, is used up; free space or raise it",
        (_, Errno.ENOMEM) => "the kernel has no memory left for it, or the container's memory limit is too small",
        (_, Errno.EMFILE or Errno.ENFILE) => "the limit on open files is used up; raise it",
        (_, Errno.ENOSYS) => "this kernel is too old for the call; Linux 6.1 is the oldest that works",
        (_, Errno.EPERM or Errno.EACCES) => "the host forbids it: the runtime needs root with CAP_SYS_ADMIN, and no confinement around it may forbid the call",
        _ => $"the kernel says: {errno.Describe()}",
    };
}
