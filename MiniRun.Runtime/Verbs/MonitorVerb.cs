using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime monitor</c>: starts a container and stays with it until it has ended.</summary>
static class MonitorVerb
{
    public static readonly string[] Options = ["--id=", "--bundle=", "--run=", "--cgroup=", "--ready="];

    public static int Run(Arguments arguments)
    {
        using var ready = new SafeFileHandle(int.Parse(arguments.Required("--ready"), CultureInfo.InvariantCulture), ownsHandle: true);
        // Nobody ends a monitor by a signal to its group or at the end of a session; SIGKILL still can. Ignored, not blocked:
        // the finalizer's thread would take what this one blocks. The launch plan gives the container the defaults back.
        Signals.Ignore(Signals.HangUp, Signals.Interrupt, Signals.Quit, Signals.Terminate, Signals.User1, Signals.User2, Signals.Alarm);
        var report = new ReadyReport();
        try
        {
            using var monitor = Start(arguments, out report);
            report.Send(ready);
            ready.Dispose();
            monitor.Run();
            return 0;
        }
        catch (Exception e) when (report.Pid == 0)
        {
            new ReadyReport { Error = e.Message, Failure = (e as LaunchException)?.Failure }.Send(ready);
            return 1;
        }
    }

    /// <summary>Starts the container; when that fails, nothing of it is left.</summary>
    static ContainerMonitor Start(Arguments arguments, out ReadyReport report)
    {
        var id = arguments.Required("--id");
        var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        var run = Folder.Open(arguments.Path("--run", "."));
        var layout = CgroupLayout.DetectQuickly();
        ContainerCgroup? cgroup = null;
        ContainerConsole? console = null;
        try
        {
            var listener = UnixSocket.Listen(run, MonitorSocket.FileName);
            console = ContainerConsole.Create(bundle.Config);
            cgroup = ContainerCgroup.Create(layout, arguments.Required("--cgroup"), bundle.Config.Linux.Resources);
            var startedAt = Clock.Realtime();
            var process = ContainerProcess.Start(new ContainerOrder
            {
                Id = id,
                Bundle = bundle.Folder.Path,
                Config = bundle.Config,
                RootPath = bundle.RootPath,
                Streams = console.Streams,
                Layout = layout,
                Cgroup = cgroup,
                Records = run,
                Record = pid => StateRecord.ForProcess(id, pid, cgroup.Path, console.IsTerminal).Write(run),
            });
            console.ReleaseChildSide();
            report = new ReadyReport { Pid = process.Pid, StartedAt = startedAt, Warnings = cgroup.Warnings };
            return new ContainerMonitor(bundle.Folder, run, console, process, cgroup, listener, startedAt);
        }
        catch
        {
            console?.Dispose();
            cgroup?.Kill();
            _ = cgroup is null || CgroupRemoval.Await(cgroup);
            run.Delete(MonitorSocket.FileName);
            run.Delete(StateRecord.FileName);
            throw;
        }
    }
}
