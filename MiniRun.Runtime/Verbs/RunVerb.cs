using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime run ID</c>: starts the container of a bundle in the foreground and takes over its exit code.</summary>
static class RunVerb
{
    public static int Run(Arguments arguments)
    {
        var id = arguments.Positional("ID");
        using var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        if (bundle.Config.Process.Terminal)
        {
            throw new SpecException("$.process.terminal", "run connects the caller's own streams; set it to false");
        }

        var layout = CgroupLayout.DetectQuickly();
        var useCgroups = arguments.Value("--cgroup-manager") is not "disabled";
        using var root = Folder.Ensure(arguments.Path("--root", "/run/minirun-runtime"));
        using var folder = root.CreateFolder(id);
        ContainerCgroup? cgroup = null;
        try
        {
            cgroup = useCgroups ? ContainerCgroup.Create(layout, CgroupPath(bundle.Config, id), bundle.Config.Linux.Resources) : null;
            foreach (var warning in cgroup?.Warnings ?? [])
            {
                Standard.Complain("warning: " + warning);
            }

            using var process = ContainerProcess.Start(
                bundle, default, layout, cgroup, pid => StateRecord.ForProcess(id, pid, cgroup?.Path, terminal: false).Write(folder));
            return Processes.Reap(process.PidFd, wait: true)!.Value.ExitCode;
        }
        finally
        {
            Remove(cgroup);
            root.DeleteTree(id);
        }
    }

    static string CgroupPath(RuntimeConfig config, string id) => config.Linux.CgroupsPath switch
    {
        null or "" => "minirun/" + id,
        ['/', .. var absolute] => absolute,
        var relative => "minirun/" + relative,
    };

    /// <summary>What the first process left behind in its cgroup ends with it.</summary>
    static void Remove(ContainerCgroup? cgroup)
    {
        if (cgroup is not null && !cgroup.TryRemove())
        {
            cgroup.Kill();
            CgroupRemoval.Await(cgroup);
        }
    }
}
