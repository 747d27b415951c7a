using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime demo NAME</c>: shows with real processes what a container is made of.</summary>
static class DemoVerb
{
    public static readonly string[] Options = ["--format=", "--output="];

    public static int Run(Arguments arguments)
    {
        var json = arguments.Value("--format") switch
        {
            null or "text" => false,
            "json" => true,
            var other => throw new UsageException($"--format: {other} is none; there are text and json"),
        };
        using var output = new SafeFileHandle(int.Parse(arguments.Value("--output") ?? "1", CultureInfo.InvariantCulture), ownsHandle: false);
        var name = arguments.Positional($"the demonstration ({DemoCatalogue.Names})");
        var narrator = new Narrator(output, json);
        try
        {
            Demo.Give(name, narrator);
            return 0;
        }
        catch (KernelException e) when (e.Errno is Errno.EPIPE)
        {
            // The reader has seen enough, and cannot be told anything.
            return 1;
        }
        catch (Exception e) when (e is DemoException or LaunchException or KernelException)
        {
            if (!json)
            {
                throw;
            }

            narrator.Error(e.Message);
            return 1;
        }
    }
}
