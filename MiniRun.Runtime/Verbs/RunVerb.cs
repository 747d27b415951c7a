using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>run ID</c>: creates and starts a container, and takes over its exit code unless it shall run by itself.</summary>
static class RunVerb
{
    public static readonly string[] Options = [.. CreateVerb.Options, "--detach,-d", "--keep", "--no-subreaper"];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        var detaches = arguments.Has("--detach");
        using var creation = Creation.Begin(global, arguments);
        if (creation.Config.Process.Terminal && detaches && arguments.Value("--console-socket") is null)
        {
            throw new UsageException("--console-socket: is missing: $.process.terminal is true, and with --detach nobody else would hold the terminal");
        }

        using var foreground = detaches ? null : ForegroundProcess.Prepare();
        creation.Start(waits: false);
        creation.RunPoststart();
        creation.WritePidFile();
        if (foreground is null)
        {
            creation.Keep();
            return 0;
        }

        var end = foreground.Await(creation.Process!.PidFd, arguments.Value("--console-socket") is null ? creation.Master : null);
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
