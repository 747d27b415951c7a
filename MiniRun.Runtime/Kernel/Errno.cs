namespace MiniRun.Runtime.Kernel;

/// <summary>The errors of Linux (errno(3)), with their numbers on x86-64 and arm64.</summary>
enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    ENXIO = 6,
    E2BIG = 7,
    ENOEXEC = 8,
    EBADF = 9,
    ECHILD = 10,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOTTY = 25,
    ETXTBSY = 26,
    EFBIG = 27,
    ENOSPC = 28,
    EROFS = 30,
    EMLINK = 31,
    EPIPE = 32,
    ERANGE = 34,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    ELOOP = 40,
    ENODATA = 61,
    EOVERFLOW = 75,
    ENOTSOCK = 88,
    EOPNOTSUPP = 95,
    EADDRINUSE = 98,
    ECONNRESET = 104,
    ENOTCONN = 107,
    ETIMEDOUT = 110,
    ECONNREFUSED = 111,
    EDQUOT = 122,
}

static class ErrnoText
{
    /// <summary>The symbol; a number where this table has none.</summary>
    public static string Name(this Errno errno) => Enum.GetName(errno) ?? $"errno {(int)errno}";

    /// <summary>What it says, in words.</summary>
    public static string Describe(this Errno errno) => errno switch
    {
        Errno.EPERM => "operation not permitted",
        Errno.ENOENT => "no such file or directory",
        Errno.ESRCH => "no such process",
        Errno.EIO => "input or output error",
        Errno.ENOEXEC => "not an executable format",
        Errno.EBADF => "bad file descriptor",
        Errno.EAGAIN => "temporarily unavailable",
        Errno.ENOMEM => "out of memory",
        Errno.EACCES => "permission denied",
        Errno.EBUSY => "busy",
        Errno.EEXIST => "exists already",
        Errno.ENODEV => "no such device or filesystem",
        Errno.ENOTDIR => "not a directory",
        Errno.EISDIR => "is a directory",
        Errno.EINVAL => "invalid argument",
        Errno.EMFILE or Errno.ENFILE => "too many open files",
        Errno.ETXTBSY => "the file is being executed",
        Errno.ENOSPC => "no space left",
        Errno.EROFS => "read-only filesystem",
        Errno.ELOOP => "too many symbolic links",
        Errno.ENOSYS => "the kernel has no such call",
        Errno.ENOTEMPTY => "directory not empty",
        Errno.ETIMEDOUT => "timed out",
        Errno.ECONNREFUSED => "connection refused",
        Errno.EDQUOT => "quota exceeded",
        _ => "error",
    };
}
