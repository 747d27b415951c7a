using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Stress;

// minirun-stress BUNDLE STARTS [--collecting-thread]
// Starts the bundle's container again and again from one process. With a second thread that collects garbage all the time
// it does what the launcher forbids, and sooner or later a child waits for ever: that is the control.
//
// minirun-stress BUNDLE --without PROTECTION...
// Starts it once, by a plan from which protections were taken, and ends with the container's exit code.
const long NoCollectionBytes = 16 << 20;
if (args[1] is "--without")
{
    GC.TryStartNoGCRegion(NoCollectionBytes);
    return WeakStart.Run(args[0], args[2..]);
}

var starts = int.Parse(args[1], CultureInfo.InvariantCulture);
if (args.Contains("--collecting-thread"))
{
    new Thread(static () =>
    {
        while (true)
        {
            GC.Collect();
        }
    }) { IsBackground = true }.Start();
}
else
{
    GC.TryStartNoGCRegion(NoCollectionBytes);
}

using var bundle = Bundle.Open(args[0]);
using var nothing = Files.OpenPath("/dev/null", Open.ReadWrite);
var stream = Files.Number(nothing);
var done = "."u8.ToArray();
using var output = new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false);
// One plan for all: the same descriptors are free before every start, and what allocates nothing collects nothing.
var first = LaunchSync.Create();
var numbers = (first.Child, first.Parent);
first.Dispose();
var order = new ContainerOrder
{
    Id = "stress",
    Bundle = args[0],
    Config = bundle.Config,
    RootPath = bundle.RootPath,
    Streams = new ProcessStreams((stream, stream, stream), null),
    Layout = CgroupLayout.Detect(),
    KeepsKeyring = true,
    Record = static _ => { },
};
using var plan = ContainerPlan.Write(ContainerProcess.Settings(order, numbers, JoinedNamespaces.Planned(bundle.Config.Linux)), LaunchMemory.Create());
for (var start = 0; start < starts; start++)
{
    using var sync = LaunchSync.Create();
    if ((sync.Child, sync.Parent) != numbers)
    {
        throw new InvalidOperationException("a descriptor leaked between two starts");
    }

    // Not through ContainerProcess: its assertion is the protecting step that the control leaves out.
    plan.Memory.Reset();
    var launch = Launcher.Clone(plan.Memory, sync, Namespaces.Mount | Namespaces.Pid, null);
    launch.Release();
    launch.Release();
    launch.AwaitStart(plan);
    using var process = launch.Process;
    Processes.Reap(process.PidFd, wait: true);
    Files.Write(output, done);
}

return 0;
