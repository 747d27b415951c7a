using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class LaunchHintsTests
{
    [Theory]
    [InlineData("execve", 2, "does not exist in the image")]
    [InlineData("execve", 13, "not executable")]
    [InlineData("execve", 8, "#! line")]
    [InlineData("execve", 7, "shorten them")]
    [InlineData("execve", 12, "raise it")]
    [InlineData("execve", 20, "a file, not a directory")]
    [InlineData("execve", 21, "names a directory")]
    [InlineData("open_tree", 2, "bind mount does not exist")]
    [InlineData("openat2", 40, "symbolic link")]
    [InlineData("open_tree", 22, "use \"rbind\"")]
    [InlineData("openat2", 2, "must be there is missing")]
    [InlineData("make_place", 40, "symbolic link")]
    [InlineData("make_place", 20, "where a directory is needed")]
    [InlineData("make_place", 30, "read-only image")]
    [InlineData("make_place", 13, "mapped ids")]
    [InlineData("make_place", 75, "mapped ids")]
    [InlineData("mknodat", 1, "CAP_MKNOD")]
    [InlineData("mknodat", 30, "mount a tmpfs on /dev")]
    [InlineData("require_device", 17, "CVE-2025-31133")]
    [InlineData("refuse_filesystem", 18, "CVE-2019-19921")]
    [InlineData("require_filesystem", 18, "bound to /proc")]
    [InlineData("copy_tree", 36, "nested too deeply")]
    [InlineData("copy_tree", 28, "raise its size")]
    [InlineData("move_mount", 20, "a file cannot be mounted on a folder")]
    [InlineData("move_mount", 22, "a file cannot be mounted on a folder")]
    [InlineData("mount_setattr", 1, "has locked")]
    [InlineData("mount_setattr", 22, "nothing can be remounted")]
    [InlineData("fsopen", 1, "sysfs a network")]
    [InlineData("fsconfig", 1, "mqueue an ipc")]
    [InlineData("fsmount", 1, "that hides nothing")]
    [InlineData("openat2", 20, "where a directory is needed")]
    [InlineData("mkdirat", 20, "where a directory is needed")]
    [InlineData("mkdirat", 30, "read-only image")]
    [InlineData("openat", 30, "read-only image")]
    [InlineData("fsopen", 19, "no such filesystem")]
    [InlineData("fsconfig", 22, "does not know this option")]
    [InlineData("fsconfig", 2, "missing on disk")]
    [InlineData("fsconfig", 16, "in use by another mount")]
    [InlineData("prlimit64", 1, "lower it")]
    [InlineData("write", 13, "choose a higher one")]
    [InlineData("write", 1, "choose a higher one")]
    [InlineData("write", 2, "load the AppArmor profile")]
    [InlineData("setns", 1, "has no rights")]
    [InlineData("setns", 22, "cannot be joined")]
    [InlineData("sched_setaffinity", 22, "process.execCPUAffinity")]
    [InlineData("sched_setattr", 1, "CAP_SYS_NICE")]
    [InlineData("sched_setattr", 16, "less runtime")]
    [InlineData("set_mempolicy", 22, "linux.memoryPolicy")]
    [InlineData("ioprio_set", 1, "CAP_SYS_NICE")]
    [InlineData("getcwd", 2, "CVE-2024-21626")]
    [InlineData("fsmount", 28, "is used up")]
    [InlineData("unshare", 12, "no memory left")]
    [InlineData("openat", 24, "open files")]
    [InlineData("openat", 23, "open files")]
    [InlineData("mount_setattr", 38, "Linux 6.1")]
    [InlineData("mount", 1, "CAP_SYS_ADMIN")]
    [InlineData("mount", 13, "CAP_SYS_ADMIN")]
    [InlineData("mount", 9, "the kernel says: bad file descriptor")]
    [InlineData("openat", 2, "no such file or directory")]
    public void An_error_is_explained_where_it_happened(string call, int errno, string words) =>
        Assert.Contains(words, LaunchHints.For(new PrintedCall(call, call + "()", null), (Errno)errno), StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(40)]
    public void A_root_that_is_no_folder_is_told_from_other_files(int errno) =>
        Assert.Contains(
            "root.path",
            LaunchHints.For(new PrintedCall("openat", "openat(AT_FDCWD, \"/r\", O_PATH|O_DIRECTORY|O_NOFOLLOW)", "/r"), (Errno)errno),
            StringComparison.Ordinal);
}
