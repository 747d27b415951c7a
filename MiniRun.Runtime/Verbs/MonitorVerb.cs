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
        // an execve keeps that. The launch plan gives the container the defaults back.
        Signals.Ignore(Signals.HangUp, Signals.Interrupt, Signals.Quit, Signals.Terminate, Signals.User1, Signals.User2, Signals.Alarm);
        Handover container;
        ReadyReport report;
        try
        {
            container = Start(arguments, out report);
        }
        catch (Exception e)
        {
            new ReadyReport { Error = e.Message, Failure = (e as LaunchException)?.Failure }.Send(ready);
            return 1;
        }

        Send(report, ready);
        Restart(container);
        return WatchVerb.Run(container);
    }

    static void Send(ReadyReport report, SafeFileHandle ready)
    {
        try
        {
            report.Send(ready);
        }
        catch (KernelException)
        {
            // Whoever started this is gone. The container runs, is recorded, and will be found by it.
        }

        ready.Dispose();
    }

    /// <summary>What the start has touched, three quarters of this process's memory, ends here. Returns only on failure.</summary>
    static void Restart(Handover container)
    {
        try
        {
            container.Restart();
        }
        catch (KernelException)
        {
            // Then this process watches as it is: larger than it need be, and no worse.
        }
    }

    /// <summary>Starts the container; when that fails, nothing of it is left.</summary>
    static Handover Start(Arguments arguments, out ReadyReport report)
    {
        var id = arguments.Required("--id");
        var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        var run = Folder.Open(arguments.Path("--run", "."));
        var layout = CgroupLayout.DetectQuickly();
        ContainerConsole? console = null;
        try
        {
            var listener = UnixSocket.Listen(run, MonitorSocket.FileName);
            console = ContainerConsole.Create(bundle.Config);
            var warnings = new List<string>();
            var place = CgroupPath.Normalize(arguments.Required("--cgroup"));
            var startedAt = Clock.Realtime();
            var (process, cgroup) = ContainerProcess.Start(new ContainerOrder
            {
                Id = id,
                Bundle = bundle.Folder.Path,
                Config = bundle.Config,
                RootPath = bundle.RootPath,
                Streams = console.Streams,
                Layout = layout,
                CgroupPath = place,
                Filter = SeccompAgent.Filter(bundle.Config.Linux, warnings),
                Records = run,
                Record = pid => StateRecord.ForProcess(id, pid, place, console.IsTerminal).Write(run),
            });
            console.ReleaseChildSide();
            report = new ReadyReport { Pid = process.Pid, StartedAt = startedAt, Warnings = [.. cgroup!.Warnings, .. warnings] };
            return new Handover
            {
                Bundle = Descriptor.Of(bundle.Folder.Handle),
                Run = Descriptor.Of(run.Handle),
                Listener = Descriptor.Of(listener),
                Process = Descriptor.Of(process.PidFd),
                Output = Descriptor.Of(console.Output),
                Error = console.Error is { } error ? Descriptor.Of(error) : Descriptor.None,
                Input = Descriptor.Of(console.Input),
                StartedAt = startedAt,
                Cgroup = place,
            };
        }
        catch
        {
            console?.Dispose();
            run.Delete(MonitorSocket.FileName);
            run.Delete(StateRecord.FileName);
            throw;
        }
    }
}
