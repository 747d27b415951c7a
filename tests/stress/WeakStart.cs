using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Stress;

/// <summary>Starts a container by a plan from which a protecting step was taken: the control of a security test (DECISIONS 24).</summary>
static unsafe class WeakStart
{
    const int Nowhere = -1;
    const string ProbeOption = "probe=";

    /// <param name="bundle">The bundle's absolute path.</param>
    /// <param name="protections">What is taken away: the names below. One that begins with <c>probe=</c> is no protection but what a shell
    /// runs, with the pid as $1, whenever the process waits for hooks of the bundle.</param>
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
            Filter = SeccompAgent.Filter(opened.Config.Linux, []),
            Record = static _ => { },
        };
        var linux = opened.Config.Linux;
        var settings = ContainerProcess.Settings(order, (sync.Child, sync.Parent), JoinedNamespaces.Planned(linux));
        using var plan = ContainerPlan.Write(settings, LaunchMemory.Create());
        var probe = protections.FirstOrDefault(word => word.StartsWith(ProbeOption, StringComparison.Ordinal));
        foreach (var protection in protections.Where(word => word != probe))
        {
            Remove(protection, plan);
        }

        var launch = Launcher.Clone(plan.Memory, sync, ContainerPlan.ClonedNamespaces(linux), null);
        launch.Release();
        launch.Release();
        foreach (var pauses in (bool[])[settings.PausesBeforeRoot, settings.PausesBeforeProgram])
        {
            if (pauses)
            {
                launch.AwaitPause(plan);
                Probe(probe, launch.Process.Pid);
                launch.Release();
            }
        }

        launch.AwaitStart(plan);
        using var process = launch.Process;
        return Processes.Reap(process.PidFd, wait: true)!.Value.ExitCode;
    }

    static void Probe(string? word, int pid)
    {
        if (word is null)
        {
            return;
        }

        using var input = Files.OpenPath("/dev/null", Open.ReadOnly);
        var shell = Spawn.Start("/bin/sh", ["sh", "-c", word[ProbeOption.Length..], "sh", $"{pid}"], ["PATH=/usr/bin:/bin"], "/", Files.Number(input), 1);
        using var process = Processes.OpenPidFd(shell);
        Processes.Reap(process, wait: true);
    }

    static void Remove(string protection, LaunchPlan plan)
    {
        var found = false;
        for (var i = 0; i < plan.Count; i++)
        {
            found |= Remove(protection, plan, plan.Memory.Steps + i);
        }

        if (!found)
        {
            throw new InvalidOperationException($"{protection}: the plan has no such step");
        }
    }

    static bool Remove(string protection, LaunchPlan plan, LaunchStep* step) => protection switch
    {
        "descriptors" => LeaveOutIf(step->Number == SyscallNumber.CloseRange, step),
        "tracing" => LeaveOutIf(IsPrctl(step, Prctl.SetDumpable), step),
        "signals" => LeaveOutIf(step->Number == SyscallNumber.RtSigaction, step),
        "groups" => LeaveOutIf(step->Number == SyscallNumber.Setgroups, step),
        "bounding" => LeaveOutIf(IsPrctl(step, Prctl.DropBoundingCapability), step),
        "capabilities" => LeaveOutIf(step->Number == SyscallNumber.Capset, step),
        "privileges" => LeaveOutIf(IsPrctl(step, Prctl.SetNoNewPrivileges), step),
        "filter" => LeaveOutIf(step->Number == SyscallNumber.Seccomp, step),
        "kernel-files" => LeaveOutIf(step->Number == MountStep.RefuseFilesystem, step),
        "devices" => LeaveOutIf(step->Number == MountStep.RequireDevice, step),
        "old-root" => LeaveOutIf(step->Number == SyscallNumber.Umount2, step),
        "working-directory" => LeaveOutIf(step->Number == ControlStep.CheckWorkingDirectory, step),
        "attributes" => LeaveOutIf(step->Number == SyscallNumber.MountSetattr, step),
        "descriptor-places" => AttachByPath(plan, step),
        "environment" => InheritEnvironment(plan, step),
        _ => Weaken(protection, step),
    };

    /// <summary>Steps that stay, but are less careful.</summary>
    static bool Weaken(string protection, LaunchStep* step)
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
            case "attempts" when step->Number == MountStep.Resolve:
                step->Number = SyscallNumber.Openat2;
                return true;
            case "walk" when step->Number == MountStep.MakePlace:
                // As open(2) with O_CREAT makes a file: where a link leads.
                step->Number = SyscallNumber.Openat;
                step->Arguments[2] = (ulong)(Open.Create | Open.CloseOnExec);
                step->Arguments[3] = 0b110_100_100;
                return true;
            case "masks" when step->Number == MountStep.Resolve && step->Tolerates((int)Errno.ENOTDIR):
                step->Tolerated[2] = (byte)Errno.ELOOP;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A mount goes where its path leads by then, links and all, and not to what was looked at before.</summary>
    static bool AttachByPath(LaunchPlan plan, LaunchStep* step)
    {
        const ulong FollowLinks = 0x10;
        if (step->Number != SyscallNumber.MoveMount || (step->RegisterArguments & 1 << 2) == 0)
        {
            return false;
        }

        for (var resolve = step - 1; resolve >= plan.Memory.Steps; resolve--)
        {
            if (resolve->Number == MountStep.Resolve && resolve->Result == (short)step->Arguments[2])
            {
                step->Arguments[2] = resolve->Arguments[0];
                step->Arguments[3] = resolve->Arguments[1];
                step->Arguments[4] = MountApi.MoveToPath | FollowLinks;
                return true;
            }
        }

        return false;
    }

    /// <summary>The program gets what this one has.</summary>
    static bool InheritEnvironment(LaunchPlan plan, LaunchStep* step)
    {
        if (step->Number != SyscallNumber.Execve)
        {
            return false;
        }

        step->Arguments[2] = (ulong)plan.Memory.Arena.Texts([.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")]);
        return true;
    }

    static bool IsPrctl(LaunchStep* step, int operation) => step->Number == SyscallNumber.Prctl && step->Arguments[0] == (ulong)operation;

    /// <summary>The step becomes one that does nothing, so that no other changes its place.</summary>
    static bool LeaveOutIf(bool isMeant, LaunchStep* step)
    {
        if (isMeant)
        {
            *step = new LaunchStep { Number = SyscallNumber.Close, Result = LaunchStep.NoResult };
            step->Arguments[0] = unchecked((ulong)Nowhere);
            step->Tolerated[0] = (byte)Errno.EBADF;
        }

        return isMeant;
    }
}
