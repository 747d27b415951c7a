using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>What a filter returns: an action and 16 bits of data (seccomp(2), SECCOMP_RET_*).</summary>
static class SeccompReturn
{
    public const uint KillThread = 0;
    public const uint KillProcess = 0x80000000;
    public const uint Trap = 0x00030000;
    public const uint Errno = 0x00050000;
    public const uint Notify = 0x7FC00000;
    public const uint Trace = 0x7FF00000;
    public const uint Log = 0x7FFC0000;
    public const uint Allow = 0x7FFF0000;

    /// <summary>What a kernel answers that does not have the call.</summary>
    public const uint NoSuchCall = Errno | (uint)Kernel.Errno.ENOSYS;

    /// <param name="data">For ERRNO and TRACE; null is EPERM.</param>
    public static uint Of(SeccompAction action, uint? data) => action switch
    {
        SeccompAction.Errno => Errno | (data ?? (uint)Kernel.Errno.EPERM),
        SeccompAction.Trace => Trace | (data ?? (uint)Kernel.Errno.EPERM),
        SeccompAction.KillProcess => KillProcess,
        SeccompAction.Trap => Trap,
        SeccompAction.Allow => Allow,
        SeccompAction.Log => Log,
        SeccompAction.Notify => Notify,
        _ => KillThread,
    };
}
