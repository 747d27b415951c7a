using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes the last part of a launch plan: how a process that is in its namespaces becomes the program it shall be.
/// A container's first process and those that <c>exec</c> adds go the same way.</summary>
sealed partial class ProcessPlan(PlanBuilder plan, ProcessSpec process, ProcessSettings settings)
{
    const int DefaultUmask = 0b000_010_010;

    const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>What a process is tied to by files of /proc, whose mount must still be the host's: in a container it could be anything.</summary>
    public void PrepareInHost()
    {
        if (process.OomScoreAdjustment is { } adjustment)
        {
            plan.WriteFile("/proc/self/oom_score_adj", adjustment.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (process.AppArmorProfile.Length > 0)
        {
            // Its own file, which every kernel since 5.8 has: the other may belong to another module.
            plan.WriteFile("/proc/self/attr/apparmor/exec", "exec " + process.AppArmorProfile);
        }

        if (process.SelinuxLabel.Length > 0)
        {
            plan.WriteFile("/proc/self/attr/exec", process.SelinuxLabel);
        }

        if (settings.Keyring is { } keyring)
        {
            plan.JoinSessionKeyring(keyring);
        }
    }

    /// <summary>What needs privileges that the program will not have, once every file is open: the limit on them may be low.</summary>
    public void Limit()
    {
        if (settings.Personality is { } persona)
        {
            plan.SetPersonality(persona);
        }

        if (settings.MemoryPolicy is { } policy)
        {
            plan.SetMemoryPolicy(policy);
        }

        foreach (var limit in process.Rlimits)
        {
            plan.SetResourceLimit(limit);
        }

        if (process.Scheduler is { } scheduler)
        {
            plan.SetScheduler(scheduler);
        }

        if (process.IoPriority is { } priority)
        {
            plan.SetIoPriority(priority);
        }

        plan.SetUmask(process.User.Umask ?? DefaultUmask);
    }

    /// <summary>Enters the working directory, which exists.</summary>
    public void EnterWorkingDirectory()
    {
        plan.ChangeFolder(process.WorkingDirectory);
        if (process.User.Uid != 0)
        {
            // It may be open to the user alone: the second try, as that user, decides.
            plan.Tolerate(Errno.EACCES);
        }

        plan.CheckWorkingDirectory();
    }

    public void ConnectStandardStreams()
    {
        if (settings.Streams is { } streams)
        {
            foreach (var (from, to) in ((int, int)[])[(streams.Input, 0), (streams.Output, 1), (streams.Error, 2)])
            {
                if (from != to)
                {
                    plan.Duplicate(from, to);
                }
            }
        }

        if (process.User.Uid == 0)
        {
            return;
        }

        foreach (var pipe in settings.Pipes)
        {
            plan.ChangeOwner(pipe, process.User.Uid, uint.MaxValue);
            // Its owner may have no number in a user namespace.
            plan.Tolerate(Errno.EPERM);
        }
    }

    /// <summary>Makes standard input's terminal the one that Ctrl-C and job control go to.</summary>
    public void TakeTerminal()
    {
        plan.SetControllingTerminal(0);
        if (process.User.Uid != 0)
        {
            plan.ChangeOwner(0, process.User.Uid, uint.MaxValue);
        }
    }

    /// <summary>The order matters: a filter without no_new_privs needs CAP_SYS_ADMIN, the bounding set needs CAP_SETPCAP, the groups
    /// need CAP_SETGID, and a change of user clears the rest.</summary>
    public void DropPrivileges()
    {
        if (!process.NoNewPrivileges)
        {
            Filter();
        }

        var sets = Grantable(process.Capabilities ?? new CapabilitySpec());
        for (var number = 0; number < Capabilities.Count; number++)
        {
            if ((settings.GrantableCapabilities & ~sets.Bounding & (1UL << number)) != 0)
            {
                plan.DropFromBoundingSet(number);
            }
        }

        if (process.User.Uid != 0)
        {
            plan.KeepCapabilities();
        }

        plan.SetGroups(process.User.AdditionalGids);
        plan.SetGroup(process.User.Gid);
        plan.SetUser(process.User.Uid);
        if (process.User.Uid != 0)
        {
            plan.ChangeFolder(process.WorkingDirectory);
            plan.CheckWorkingDirectory();
            // A change of user has undone it.
            plan.SetParentDeathSignal(Signals.Kill);
        }

        plan.SetCapabilities(sets);
        plan.ClearAmbientCapabilities();
        for (var number = 0; number < Capabilities.Count; number++)
        {
            if ((sets.Ambient & (1UL << number)) != 0)
            {
                plan.RaiseAmbientCapability(number);
            }
        }

        if (process.NoNewPrivileges)
        {
            plan.SetNoNewPrivileges();
            if (settings.Filter is { NeedsListener: true })
            {
                Filter();
            }
        }
    }

    /// <summary>Finds the program without starting it, so that a container whose program is missing is never created.</summary>
    public void FindProgram()
    {
        var candidates = Candidates();
        var checks = new int[candidates.Count];
        for (var i = 0; i < candidates.Count; i++)
        {
            plan.CheckExecutable(candidates[i]);
            if (i < candidates.Count - 1)
            {
                plan.Tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
            }

            checks[i] = plan.Mark();
        }

        foreach (var check in checks)
        {
            plan.SkipFromOnSuccess(check);
        }
    }

    /// <summary>Only what was handed over stays open, and nothing that the runtime did to signals is inherited. Before the
    /// privileges go: a filter may be loaded with them, and many profiles do not know close_range.</summary>
    public void ForgetRuntime()
    {
        plan.CloseOnExecFrom(3 + settings.PreservedDescriptors);
        for (var signal = 1; signal <= Signals.Count; signal++)
        {
            if ((settings.IgnoredSignals & (1UL << (signal - 1))) != 0)
            {
                plan.ResetSignal(signal);
            }
        }
    }

    public void Execute()
    {
        plan.UnblockSignals();
        plan.SetParentDeathSignal(0);
        if (process.NoNewPrivileges && settings.Filter is { NeedsListener: false })
        {
            Filter();
        }

        plan.Execute(Candidates(), process.Arguments, process.Environment);
    }

    /// <summary>Where the child leaves the descriptor that a seccomp agent gets; null without one.</summary>
    public Register? Listener { get; private set; }

    /// <summary>From here on only the calls that the profile allows: as late as the privileges for it, and somebody who takes the
    /// listener, last.</summary>
    void Filter()
    {
        if (settings.Filter is { } filter)
        {
            Listener = plan.FilterCalls(filter);
            if (Listener is { } listener)
            {
                // The parent fetches the descriptor and hands it to the agent. Held here too, it would let calls wait for an agent
                // that is gone, until the program starts: for ever, if that is what they are about.
                plan.PauseForParent(settings.Sync);
                plan.Close(listener);
            }
        }
    }

    /// <summary>What this kernel or host does not have cannot be given (config.md: such capabilities are left out).</summary>
    CapabilitySpec Grantable(CapabilitySpec sets)
    {
        var grantable = settings.GrantableCapabilities;
        return new CapabilitySpec
        {
            Bounding = sets.Bounding & grantable,
            Effective = sets.Effective & sets.Permitted & grantable,
            Permitted = sets.Permitted & grantable,
            Inheritable = sets.Inheritable & grantable,
            Ambient = sets.Ambient & sets.Permitted & sets.Inheritable & grantable,
        };
    }

    /// <summary>The places where the program may be (execvp(3)): itself when it has a slash, else below each entry of PATH.</summary>
    List<string> Candidates()
    {
        var program = process.Arguments[0];
        if (program.Contains('/'))
        {
            return [program];
        }

        var path = DefaultPath;
        foreach (var variable in process.Environment)
        {
            if (variable.StartsWith("PATH=", StringComparison.Ordinal) && variable.Length > 5)
            {
                path = variable[5..];
            }
        }

        var candidates = new List<string>();
        foreach (var folder in path.Split(':'))
        {
            candidates.Add(folder.Length == 0 ? "./" + program : $"{folder}/{program}");
        }

        return candidates;
    }
}
