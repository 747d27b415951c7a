namespace MiniRun.Runtime.Kernel;

/// <summary>The user namespace of this process.</summary>
static unsafe class OwnUserNamespace
{
    /// <summary>PROC_USER_INIT_INO: the number of the one that the kernel begins with.</summary>
    const ulong InitialInode = 0xEFFFFFFD;

    /// <summary>Whether it is the host's. In any other nobody may make devices, nor a proc where none is to be seen.</summary>
    public static bool IsInitial()
    {
        using var file = Files.OpenPath("/proc/self/ns/user", Open.ReadOnly);
        return FileFacts.Of(file).Inode == InitialInode;
    }
}
