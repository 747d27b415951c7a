using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

static unsafe partial class Processes
{
    /// <summary>The user id that this process acts with.</summary>
    public static uint EffectiveUser() => geteuid();

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
