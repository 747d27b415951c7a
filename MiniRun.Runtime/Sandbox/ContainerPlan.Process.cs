using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    const int DefaultUmask = 0b000_010_010;

    const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    ProcessSpec Process => _config.Process;

    void LimitProcess()
    {
        foreach (var limit in Process.Rlimits)
        {
            _plan.SetResourceLimit(limit);
        }

        if (Process.WorkingDirectory != "/")
        {
            // The image may lack it: it is made, as other runtimes do.
            _root = _plan.OpenPath("/", "root");
            var folder = Place(Process.WorkingDirectory, isFolder: true);
            _plan.ChangeFolder(folder);
            _plan.Close(folder);
            _plan.Close(_root);
        }
        else
        {
            _plan.ChangeFolder("/");
        }

        _plan.CheckWorkingDirectory();
        _plan.SetUmask(Process.User.Umask ?? DefaultUmask);
    }

    void ConnectStandardStreams()
    {
        var (input, output, error) = _settings.Terminal is { } terminal
            ? (terminal.Peer, terminal.Peer, terminal.Peer)
            : _settings.Standard ?? (0, 1, 2);
        foreach (var (from, to) in ((int, int)[])[(input, 0), (output, 1), (error, 2)])
        {
            if (from != to)
            {
                _plan.Duplicate(from, to);
            }
        }

        if (_settings.Terminal is not null)
        {
            _plan.SetControllingTerminal(0);
            if (Process.User.Uid != 0)
            {
                _plan.ChangeOwner(0, Process.User.Uid, uint.MaxValue);
            }
        }
    }

    /// <summary>The order matters: the bounding set needs CAP_SETPCAP, the groups need CAP_SETGID, and a change of user clears the rest.</summary>
    void DropPrivileges()
    {
        var sets = Grantable(Process.Capabilities ?? new CapabilitySpec());
        for (var number = 0; number < Capabilities.Count; number++)
        {
            if ((_settings.GrantableCapabilities & ~sets.Bounding & (1UL << number)) != 0)
            {
                _plan.DropFromBoundingSet(number);
            }
        }

        if (Process.User.Uid != 0)
        {
            _plan.KeepCapabilities();
        }

        _plan.SetGroups(Process.User.AdditionalGids);
        _plan.SetGroup(Process.User.Gid);
        _plan.SetUser(Process.User.Uid);
        _plan.SetCapabilities(sets);
        _plan.ClearAmbientCapabilities();
        for (var number = 0; number < Capabilities.Count; number++)
        {
            if ((sets.Ambient & (1UL << number)) != 0)
            {
                _plan.RaiseAmbientCapability(number);
            }
        }

        if (Process.NoNewPrivileges)
        {
            _plan.SetNoNewPrivileges();
        }
    }

    /// <summary>What this kernel or host does not have cannot be given (config.md: such capabilities are left out).</summary>
    CapabilitySpec Grantable(CapabilitySpec sets)
    {
        var grantable = _settings.GrantableCapabilities;
        return new CapabilitySpec
        {
            Bounding = sets.Bounding & grantable,
            Effective = sets.Effective & sets.Permitted & grantable,
            Permitted = sets.Permitted & grantable,
            Inheritable = sets.Inheritable & grantable,
            Ambient = sets.Ambient & sets.Permitted & sets.Inheritable & grantable,
        };
    }

    void Execute()
    {
        _plan.CloseOnExecFrom3();
        for (var signal = 1; signal <= Signals.Count; signal++)
        {
            if ((_settings.IgnoredSignals & (1UL << (signal - 1))) != 0)
            {
                _plan.ResetSignal(signal);
            }
        }

        _plan.UnblockSignals();
        _plan.SetParentDeathSignal(0);
        _plan.Execute(Candidates(), Process.Arguments, Process.Environment);
    }

    /// <summary>The places where the program may be (execvp(3)): itself when it has a slash, else below each entry of PATH.</summary>
    List<string> Candidates()
    {
        var program = Process.Arguments[0];
        if (program.Contains('/'))
        {
            return [program];
        }

        var path = Process.Environment.LastOrDefault(v => v.StartsWith("PATH=", StringComparison.Ordinal))?[5..];
        return [.. (path is { Length: > 0 } ? path : DefaultPath).Split(':').Select(folder => folder.Length == 0 ? "./" + program : $"{folder}/{program}")];
    }
}
