using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Verbs;

namespace MiniRun.Runtime;

/// <summary><c>minirun-runtime</c>: one container at a time, without the panel.</summary>
static class Program
{
    /// <remarks>Nothing is buffered, and the .NET runtime's own way out only takes apart what ends with the process.</remarks>
    public static int Main(string[] words) => Processes.Exit(Verb.Run(words));
}
