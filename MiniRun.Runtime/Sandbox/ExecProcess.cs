using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Starts one more process in a running container.</summary>
static class ExecProcess
{
    const long DevptsMagic = 0x1CD1;

    /// <param name="config">The container's.</param>
    /// <param name="state">The container's state, for a seccomp agent.</param>
    /// <param name="container">A pidfd of its first process.</param>
    /// <param name="cgroup">The container's, into which the process goes; null leaves it in the caller's.</param>
    /// <param name="below">One that the container made below its own, maybe not in every hierarchy, or null.</param>
    /// <param name="takeMaster">Receives the master when the process has a terminal.</param>
    /// <exception cref="LaunchException">The kernel refused a step.</exception>
    public static LaunchedProcess Start(
        ProcessSpec process, ProcessSettings settings, RuntimeConfig config, byte[] state, SafeFileHandle container, ContainerCgroup? cgroup, ContainerCgroup? below,
        Action<SafeFileHandle> takeMaster)
    {
        var linux = config.Linux;
        Launcher.RequireOneThread();
        SecurityModules.OfHost.Require(process);
        using var sync = LaunchSync.Create();
        using var memory = LaunchMemory.Create();
        var writer = new ExecPlan(memory, process, settings with { Sync = sync.Child });
        using var plan = writer.Write(sync.Parent, Files.Number(container), ContainerNamespaces.Enterable(linux));
        // With cgroup v2 alone its own may take no process any more, once it has others below. One that has CPUs of its own until
        // it is in the cgroup cannot be born there.
        using var birthplace = process.CpuAffinity?.Initial is null ? below?.OpenUnified() ?? cgroup?.OpenUnified() : null;
        var launch = Clone(memory, sync, linux, container, birthplace);
        try
        {
            cgroup?.Add(launch.Process.Pid, bornInUnified: birthplace is not null);
            below?.Add(launch.Process.Pid, bornInUnified: birthplace is not null);
            launch.Release();
            if (process.Terminal)
            {
                launch.AwaitPause(plan);
                takeMaster(TakeMaster(launch, memory, writer.Master, process));
                launch.Release();
            }

            if (writer.Listener is { } listener)
            {
                launch.AwaitPause(plan);
                SeccompAgent.Introduce(launch, memory, listener, config, state);
            }

            launch.AwaitStart(plan);
            return launch.Process;
        }
        catch
        {
            launch.Abandon();
            throw;
        }
    }

    static Launch Clone(LaunchMemory memory, LaunchSync sync, LinuxSpec linux, SafeFileHandle container, SafeFileHandle? unified)
    {
        using var children = linux.Has("pid") ? ChildNamespaces.EnterPids(Files.Number(container)) : default;
        return Launcher.Clone(memory, sync, 0, unified);
    }

    /// <summary>Whatever the image has at that path, only a real terminal is handed to the caller.</summary>
    static unsafe SafeFileHandle TakeMaster(Launch launch, LaunchMemory memory, Register register, ProcessSpec process)
    {
        var master = Processes.TakeDescriptor(launch.Process.PidFd, (int)memory.Registers[register.Index]);
        if (Files.FilesystemType(master) != DevptsMagic)
        {
            master.Dispose();
            throw new KernelException("open", "/dev/pts/ptmx in the container", Errno.ENOTTY);
        }

        if (process.ConsoleSize is { Columns: > 0, Rows: > 0 } size)
        {
            Terminal.Resize(master, size.Columns, size.Rows);
        }

        return master;
    }
}
