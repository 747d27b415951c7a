using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Verbs;

namespace MiniRun.Runtime;

/// <summary><c>minirun-runtime</c>: one container at a time, without the panel.</summary>
static class Program
{
    public static int Main(string[] words)
    {
        int code;
        try
        {
            code = Verb.Run(words);
        }
        catch (Exception e)
        {
            // The one line that callers read: which step, which call, why.
            Standard.Complain(e.Message);
            code = 1;
        }

        // Nothing is buffered, and the runtime's own way out only takes apart what ends with the process.
        return Processes.Exit(code);
    }
}
