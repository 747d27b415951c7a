using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What a container's process is connected to.</summary>
/// <param name="Standard">Descriptors that become 0, 1 and 2; null leaves the caller's.</param>
/// <param name="Terminal">The terminal's peer and its devpts instance.</param>
readonly record struct ProcessStreams((int Input, int Output, int Error)? Standard, (int Peer, int Instance)? Terminal);

/// <summary>Starts a container of a bundle: cgroup, plan, launch, and everything undone when a step fails.</summary>
static class ContainerProcess
{
    /// <param name="cgroup">Its cgroup, which exists; null leaves the process in the caller's.</param>
    /// <param name="record">Called with the pid before the program can start, so that nobody runs unrecorded.</param>
    /// <exception cref="LaunchException">The kernel refused a step.</exception>
    public static LaunchedProcess Start(Bundle bundle, ProcessStreams streams, CgroupLayout layout, ContainerCgroup? cgroup, Action<int> record)
    {
        Launcher.RequireOneThread();
        var sync = Launcher.CreateSync();
        using var parent = sync.Parent;
        using var child = sync.Child;
        using var plan = ContainerPlan.Write(Settings(bundle, streams, layout, cgroup?.Path, (Files.Number(child), Files.Number(parent))));
        using var unified = cgroup?.OpenUnified();
        return Launcher.Launch(plan, sync, Flags(bundle), unified, pid =>
        {
            if (cgroup is not null)
            {
                cgroup.SetLimits(bundle.Config.Linux.Resources);
                cgroup.Add(pid, bornInUnified: unified is not null);
            }

            record(pid);
        });
    }

    public static LaunchSettings Settings(Bundle bundle, ProcessStreams streams, CgroupLayout layout, string? cgroup, (int Child, int Parent) sync) => new()
    {
        Config = bundle.Config,
        RootPath = bundle.RootPath,
        BundlePath = bundle.Folder.Path,
        Sync = sync,
        Standard = streams.Standard,
        Terminal = streams.Terminal,
        IgnoredSignals = Signals.Ignored(),
        Cgroups = layout,
        CgroupPath = cgroup,
        GrantableCapabilities = OwnCapabilities.Permitted(),
        IsFolder = IsFolder,
    };

    /// <summary>All but the cgroup namespace, which is made once the process is in its cgroup.</summary>
    static long Flags(Bundle bundle)
    {
        var flags = Namespaces.Mount;
        foreach (var wanted in bundle.Config.Linux.Namespaces)
        {
            flags |= Namespaces.Flag(wanted.Type);
        }

        return flags & ~Namespaces.Cgroup;
    }

    static bool IsFolder(string path)
    {
        try
        {
            using var folder = Files.OpenPath(path, Open.Path | Files.Directory);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOTDIR or Errno.ENOENT)
        {
            // A source that is missing is reported by the step that needs it.
            return false;
        }
    }
}
