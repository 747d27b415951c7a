using System.Text;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime plan</c>: prints the calls that a start of the bundle would make, and makes none of them.</summary>
static class PlanVerb
{
    /// <summary>Stand for the descriptors that a real start opens.</summary>
    static readonly (int Child, int Parent) Sync = (10, 11);

    public static readonly string[] Options = ["--bundle,-b="];

    public static int Run(Arguments arguments)
    {
        using var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        var order = new ContainerOrder
        {
            Id = "ID",
            Bundle = bundle.Folder.Path,
            Config = bundle.Config,
            RootPath = bundle.RootPath,
            Streams = new ProcessStreams(null, bundle.Config.Process.Terminal ? (12, 13) : null),
            Layout = CgroupLayout.DetectQuickly(),
            Filter = SeccompAgent.Filter(bundle.Config.Linux, []),
            Record = static _ => { },
        };
        using var plan = ContainerPlan.Write(ContainerProcess.Settings(order, Sync, JoinedNamespaces.Planned(bundle.Config.Linux)) with { CgroupPath = "minirun/ID" }, LaunchMemory.Create());
        Standard.Print(Encoding.UTF8.GetBytes(PlanPrinter.Print(plan)));
        return 0;
    }
}
