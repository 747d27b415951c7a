using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Stress;

/// <summary>Starts a container by a plan from which a protecting step was taken: the control of a security test (DECISIONS 24).</summary>
static unsafe class WeakStart
{
    const int Nowhere = -1;

    /// <param name="bundle">The bundle's absolute path.</param>
    /// <param name="protections">What is taken away: root, links, kernel-files, devices, root-link, old-root.</param>
    /// <returns>The container's exit code.</returns>
    /// <exception cref="InvalidOperationException">The plan has no such step.</exception>
    public static int Run(string bundle, string[] protections)
    {
        using var opened = Bundle.Open(bundle);
        using var sync = LaunchSync.Create();
        var order = new ContainerOrder
        {
            Id = "weak",
            Bundle = bundle,
            Config = opened.Config,
            RootPath = opened.RootPath,
            Layout = CgroupLayout.Detect(),
            KeepsKeyring = true,
            Record = static _ => { },
        };
        var linux = opened.Config.Linux;
        var settings = ContainerProcess.Settings(order, (sync.Child, sync.Parent), JoinedNamespaces.Planned(linux));
        using var plan = ContainerPlan.Write(settings, LaunchMemory.Create());
        foreach (var protection in protections)
        {
            Remove(protection, plan);
        }

        var launch = Launcher.Clone(plan.Memory, sync, ContainerPlan.ClonedNamespaces(linux), null);
        launch.Release();
        launch.Release();
        if (settings.PausesBeforeRoot)
        {
            launch.AwaitPause(plan);
            launch.Release();
        }

        launch.AwaitStart(plan);
        using var process = launch.Process;
        return Processes.Reap(process.PidFd, wait: true)!.Value.ExitCode;
    }

    static void Remove(string protection, LaunchPlan plan)
    {
        var found = false;
        for (var i = 0; i < plan.Count; i++)
        {
            var step = plan.Memory.Steps + i;
            found |= Remove(protection, step);
        }

        if (!found)
        {
            throw new InvalidOperationException($"{protection}: the plan has no such step");
        }
    }

    static bool Remove(string protection, LaunchStep* step)
    {
        switch (protection)
        {
            case "root" when step->Number == MountStep.Resolve:
                // Absolute links and those that climb lead wherever the process's own root reaches.
                ((OpenHow*)step->Arguments[2])->Resolve &= ~(OpenHow.InRoot | OpenHow.NoMagicLinks);
                return true;
            case "links" when step->Number == MountStep.Resolve:
                ((OpenHow*)step->Arguments[2])->Resolve &= ~OpenHow.NoSymlinks;
                return true;
            case "links" when step->Number == MountStep.MakePlace:
                step->Arguments[3] &= ~OpenHow.NoSymlinks;
                return true;
            case "root-link" when step->Number == SyscallNumber.Openat && (step->Arguments[2] & (ulong)Files.Directory) != 0:
                step->Arguments[2] &= ~(ulong)Files.NoFollow;
                return true;
            case "kernel-files" when step->Number == MountStep.RefuseFilesystem:
            case "devices" when step->Number == MountStep.RequireDevice:
            case "old-root" when step->Number == SyscallNumber.Umount2:
                LeaveOut(step);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The step becomes one that does nothing, so that no other changes its place.</summary>
    static void LeaveOut(LaunchStep* step)
    {
        *step = new LaunchStep { Number = SyscallNumber.Close, Result = LaunchStep.NoResult };
        step->Arguments[0] = unchecked((ulong)Nowhere);
        step->Tolerated[0] = (byte)Errno.EBADF;
    }
}
