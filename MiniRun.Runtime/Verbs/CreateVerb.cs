using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>create ID</c>: makes a container up to the point at which its program would start.</summary>
static class CreateVerb
{
    public static readonly string[] Options = ["--bundle,-b=", "--pid-file=", "--console-socket=", "--pidfd-socket=", "--preserve-fds=", "--no-pivot", "--no-new-keyring"];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var creation = Creation.Begin(global, arguments, stays: false);
        creation.Start(waits: true);
        creation.Announce();
        creation.Keep();
        return 0;
    }
}
