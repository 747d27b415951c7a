using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary>Finds the verb that the command line names.</summary>
static class Verb
{
    public const string SpecVersion = "1.3.0";

    const string Usage = """
        minirun-runtime: runs one container of an OCI bundle.

          run ID [--bundle DIR] [--root DIR] [--cgroup-manager cgroupfs|disabled]
                            start it in the foreground and take over its exit code
          plan [--bundle DIR]
                            print the system calls of a start, without making them
          monitor --id ID --bundle DIR --run DIR --cgroup PATH --ready FD
                            start it, keep its console and log, write its exit record
          demo fork-and-clone|pid-namespace|chroot|cgroup [--format text|json]
                            show with real processes what a container is made of
          --version, --help

        """;

    public static int Run(ReadOnlySpan<string> words)
    {
        if (words.IsEmpty)
        {
            Standard.Print(System.Text.Encoding.UTF8.GetBytes(Usage));
            return 1;
        }

        var rest = words[1..];
        switch (words[0])
        {
            case "run":
                SelfProtection.Ensure();
                return RunVerb.Run(new Arguments(rest, "--bundle", "--root", "--cgroup-manager"));
            case "plan":
                return PlanVerb.Run(new Arguments(rest, "--bundle"));
            case "monitor":
                SelfProtection.Ensure();
                return MonitorVerb.Run(new Arguments(rest, "--id", "--bundle", "--run", "--cgroup", "--ready"));
            case "demo":
                return DemoVerb.Run(new Arguments(rest, "--format", "--output"));
            case "demo-child":
                return Demos.ProbeLoop.Run(rest);
            case "--version" or "-v":
                Standard.Print(System.Text.Encoding.UTF8.GetBytes($"minirun-runtime version {Version}\nspec: {SpecVersion}\n"));
                return 0;
            case "--help" or "-h":
                Standard.Print(System.Text.Encoding.UTF8.GetBytes(Usage));
                return 0;
            default:
                throw new UsageException($"{words[0]}: is no verb; --help lists them");
        }
    }

    static string Version => typeof(Verb).Assembly.GetName().Version?.ToString(3) ?? "0";
}
