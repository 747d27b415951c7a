using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Verbs;

/// <summary>Finds the verb that the command line names.</summary>
static class Verb
{
    public const string SpecVersion = "1.3.0";

    const string Usage = """
        minirun-runtime: runs containers of OCI bundles.

        usage: minirun-runtime [--root DIR] [--log FILE] [--log-format text|json] [--systemd-cgroup]
                               [--cgroup-manager cgroupfs|systemd|disabled] VERB [OPTIONS]

          create ID         make a container up to the start of its program (--bundle DIR, --pid-file FILE, --console-socket SOCKET,
                            --preserve-fds N, --no-pivot, --no-new-keyring)
          start ID          start the program of a created container
          run ID            create and start (the options of create, --detach, --keep)
          exec ID COMMAND   run one more process (--process FILE, --detach, --tty, --cwd, --env, --user UID[:GID], --cap, ...)
          kill ID [SIGNAL]  send a signal (--all: to every process)
          delete ID         remove what is left of a container (--force: also a running one)
          state ID          print its state
          list              list containers (--format table|json, --quiet)
          ps ID             list its processes (--format table|json)
          pause ID, resume ID
          update ID         change its limits (--resources FILE, --memory, --cpu-quota, --pids-limit, ...)
          events ID         print its use of resources (--stats, --interval SECONDS)
          spec              write a config.json to begin with (--bundle DIR, --rootless)
          features          print what this runtime can do
          plan              print the system calls of a start, without making them (--bundle DIR)
          timeline ID       print how its start went, call by call, with times (--format table|json)
          demo NAME         show with real processes what a container is made of: fork-and-clone, pid-namespace, chroot, cgroup
                            (--format text|json)
          monitor           start a container, keep its console and log, write its exit record
          --version, --help

        """;

    /// <summary>The verbs whose process clones: nobody may write to the program's file through it.</summary>
    static bool Clones(string verb) => verb is "create" or "run" or "exec" or "start" or "monitor";

    public static int Run(ReadOnlySpan<string> words)
    {
        GlobalOptions? global = null;
        var verb = "";
        try
        {
            global = GlobalOptions.Read(words, out var rest);
            if (global.WantsVersion)
            {
                return Say($"minirun-runtime version {Version}\nspec: {SpecVersion}\n");
            }

            var wantsHelp = global.WantsHelp || rest is [_, "--help" or "-h", ..];
            if (wantsHelp || rest.IsEmpty)
            {
                return Say(Usage) + (wantsHelp ? 0 : 1);
            }

            verb = rest[0];
            if (Clones(verb))
            {
                SelfProtection.Ensure();
            }

            return Run(global, verb, rest[1..]);
        }
        catch (Exception e)
        {
            // The one line that callers read: which step, which call, why.
            ErrorLog.Write(global, e.Message);
            return verb == "exec" ? ExecVerb.Failed : 1;
        }
    }

    static int Run(GlobalOptions global, string verb, ReadOnlySpan<string> rest) => verb switch
    {
        "create" => CreateVerb.Run(global, new Arguments(rest, CreateVerb.Options)),
        "start" => StartVerb.Run(global, new Arguments(rest, [])),
        "run" => RunVerb.Run(global, new Arguments(rest, RunVerb.Options)),
        "exec" => ExecVerb.Run(global, new Arguments(rest, ExecVerb.Options, endsAtWord: 1)),
        "kill" => KillVerb.Run(global, new Arguments(rest, KillVerb.Options)),
        "delete" => DeleteVerb.Run(global, new Arguments(rest, DeleteVerb.Options)),
        "state" => StateVerb.Run(global, new Arguments(rest, [])),
        "list" => ListVerb.Run(global, new Arguments(rest, ListVerb.Options)),
        "ps" => PsVerb.Run(global, new Arguments(rest, PsVerb.Options, endsAtWord: 1)),
        "pause" => PauseVerb.Pause(global, new Arguments(rest, [])),
        "resume" => PauseVerb.Resume(global, new Arguments(rest, [])),
        "update" => UpdateVerb.Run(global, new Arguments(rest, UpdateVerb.Options)),
        "events" => EventsVerb.Run(global, new Arguments(rest, EventsVerb.Options)),
        "spec" => SpecVerb.Run(new Arguments(rest, SpecVerb.Options)),
        "features" => FeaturesVerb.Run(),
        "plan" => PlanVerb.Run(new Arguments(rest, PlanVerb.Options)),
        "timeline" => TimelineVerb.Run(global, new Arguments(rest, TimelineVerb.Options)),
        "demo" => DemoVerb.Run(new Arguments(rest, DemoVerb.Options)),
        "demo-child" => Demos.ProbeLoop.Run(rest),
        "watch" => WatchVerb.Run(Handover.Parse(["watch", .. rest])),
        "monitor" => MonitorVerb.Run(new Arguments(rest, MonitorVerb.Options)),
        _ => throw new UsageException($"{verb}: is no verb; --help lists them"),
    };

    static int Say(string text)
    {
        Standard.Print(System.Text.Encoding.UTF8.GetBytes(text));
        return 0;
    }

    public static string Version => typeof(Verb).Assembly.GetName().Version?.ToString(3) ?? "0";
}
