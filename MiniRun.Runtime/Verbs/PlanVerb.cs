using System.Text;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime plan</c>: prints the calls that a start of the bundle would make, and makes none of them.</summary>
static class PlanVerb
{
    /// <summary>Stand for the descriptors that a real start opens.</summary>
    static readonly (int Child, int Parent) Sync = (10, 11);

    public static int Run(Arguments arguments)
    {
        using var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        (int, int)? terminal = bundle.Config.Process.Terminal ? (12, 13) : null;
        var settings = ContainerProcess.Settings(bundle, new ProcessStreams(null, terminal), CgroupLayout.Detect(), "minirun/ID", Sync);
        using var plan = ContainerPlan.Write(settings);
        Standard.Print(Encoding.UTF8.GetBytes(PlanPrinter.Print(plan)));
        return 0;
    }
}
