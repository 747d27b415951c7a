namespace MiniRun.Runtime.Kernel;

/// <summary>SELinux's labels of files.</summary>
static unsafe class FileLabels
{
    const ulong SelinuxMagic = 0xf97cff8c;

    /// <summary>Whether the host runs SELinux, which shows by its filesystem.</summary>
    public static bool AreEnabled()
    {
        try
        {
            using var folder = Files.OpenPath("/sys/fs/selinux", Open.Path | Files.Directory);
            // struct statfs begins with the type; the whole is 120 bytes.
            var facts = stackalloc ulong[16];
            return Syscall.Invoke(SyscallNumber.Fstatfs, (ulong)Files.Number(folder), (ulong)facts) == 0 && facts[0] == SelinuxMagic;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return false;
        }
    }
}
