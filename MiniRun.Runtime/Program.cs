using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Verbs;

namespace MiniRun.Runtime;

/// <summary><c>minirun-runtime</c>: one container at a time, without the panel.</summary>
static class Program
{
    /// <summary>More than a launch allocates: nothing is collected before the last clone (DECISIONS 1).</summary>
    const long NoCollectionBytes = 4 << 20;

    public static int Main(string[] words)
    {
        GC.TryStartNoGCRegion(NoCollectionBytes);
        return Verb.Run(words);
    }
}
