using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>run ID</c>: creates and starts a container, and takes over its exit code unless it shall run by itself.</summary>
static class RunVerb
{
    public static readonly string[] Options = [.. CreateVerb.Options, "--detach,-d", "--keep", "--no-subreaper"];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        var detaches = arguments.Has("--detach");
        using var creation = Creation.Begin(global, arguments, stays: !detaches);
        using var foreground = detaches ? null : ForegroundProcess.Prepare();
        creation.Start(waits: false);
        creation.RunPoststart();
        creation.Announce();
        if (foreground is null)
        {
            creation.Keep();
            return 0;
        }

        var end = foreground.Await(creation.Process!.PidFd, arguments.OptionalPath("--console-socket") is null ? creation.Master : null);
        if (arguments.Has("--keep"))
        {
            creation.Keep();
        }
        else
        {
            creation.HasEnded();
        }

        return end.ExitCode;
    }
}
