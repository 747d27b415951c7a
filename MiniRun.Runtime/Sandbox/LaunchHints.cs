using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What an error of a step usually means, in words that lead to the way out.</summary>
static class LaunchHints
{
    public static string For(PrintedCall call, Errno errno) => (call.Name, errno) switch
    {
        ("execve", Errno.ENOENT) =>
            "the program does not exist in the image, or the interpreter or loader that it names does not; check the command and PATH",
        ("execve", Errno.EACCES) => "the file is not executable, or lies on a mount with noexec; chmod +x it in the image",
        ("execve", Errno.ENOEXEC) => "the file is no program for this processor, or a script without a #! line",
        ("execve", Errno.E2BIG) => "arguments and environment together are larger than the kernel accepts; shorten them",
        ("execve", Errno.ENOMEM) => "the memory limit is too small for the program to be loaded; raise it",
        ("execve", Errno.ENOTDIR) => "a part of the program's path is a file, not a directory",
        ("execve", Errno.EISDIR) => "the command names a directory; name a program",
        ("open_tree", Errno.ENOENT) => "the source of a bind mount does not exist on the host; create it or correct the path",
        ("openat2", Errno.ELOOP) => "the image has a symbolic link where the runtime accepts none; replace it by a directory",
        ("openat2", Errno.ENOENT) => "the place of a mount cannot be made, because a link on the way points nowhere",
        ("openat2" or "mkdirat", Errno.ENOTDIR) => "the image has a file where a directory is needed",
        ("mkdirat" or "openat", Errno.EROFS) => "the place of a mount is missing in a read-only image; add it there",
        ("fsopen", Errno.ENODEV) => "this kernel has no such filesystem; load its module or remove the mount",
        ("fsconfig", Errno.EINVAL) => "the filesystem does not know this option or value; the kernel's log says which",
        ("fsconfig", Errno.ENOENT) => "a layer of the image or the writable layer is missing on disk",
        ("fsconfig", Errno.EBUSY) => "the writable layer is in use by another mount; is the container running already?",
        ("prlimit64", Errno.EPERM) => "the hard limit is above what this host grants (CAP_SYS_RESOURCE is missing); lower it",
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
