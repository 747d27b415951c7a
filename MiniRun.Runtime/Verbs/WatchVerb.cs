using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>minirun-runtime watch</c>: what <see cref="MonitorVerb"/> becomes once the container runs; of no use to anybody else.</summary>
static class WatchVerb
{
    public static int Run(Handover container)
    {
        using var monitor = new ContainerMonitor(container);
        monitor.Run();
        return 0;
    }
}
