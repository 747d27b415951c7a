using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    readonly List<PlannedMount> _mounts = [];

    /// <summary>Mounts that change once more: they become read-only when everything below them is there, or keep their own
    /// propagation when the root's is set for all.</summary>
    readonly List<(PlanDescriptor Mount, MountOptions Options, bool BecomesReadOnly)> _unfinished = [];

    void ReadMounts()
    {
        if (_config.Linux.MountLabel.Length > 0 && !_settings.HasFileLabels)
        {
            throw new SpecException("$.linux.mountLabel", "this host does not run SELinux; remove the label");
        }

        for (var i = 0; i < _config.Mounts.Count; i++)
        {
            var mount = new PlannedMount(i, _config.Mounts[i]) { IsPrepared = _settings.PreparedMounts.ContainsKey(i) };
            RefuseBadPlace(mount);
            RefuseForeignIds(mount);
            if (mount.Options is { IsBind: true, Propagations.Count: 0 } && (FollowsHost || mount.IsPrepared))
            {
                mount.Options.Propagations.Add(new Propagation(FollowsHost ? MountApi.Slave : MountApi.Private, IsRecursive: true));
            }

            _mounts.Add(mount);
        }

        _devices = new ContainerDevices(_config, _mounts);
    }

    void MakeMounts()
    {
        foreach (var mount in _mounts)
        {
            if (mount.IsRoot)
            {
                continue;
            }

            if (mount.Options.IsRemount)
            {
                Remount(mount);
            }
            else if (mount.IsCgroup)
            {
                MountCgroups(mount);
            }
            else if (mount.Is("devpts") && _settings.Terminal is { } terminal)
            {
                AttachAtPlace(mount, terminal.Instance, isFolder: true);
            }
            else
            {
                MakeMount(mount);
            }
        }

        MakeDevicesElsewhere();
        BindConsole();
        MakeWorkingDirectory();
        foreach (var (mount, options, _) in _unfinished.Where(mount => mount.BecomesReadOnly))
        {
            _plan.SetAttributes(mount, options.OfNew, recursive: false);
        }

        // The last step, because every place above had to be made first.
        if (_config.Root.ReadOnly)
        {
            _plan.SetAttributes(_root, MountApi.AttributeReadOnly, 0, recursive: false);
        }
    }

    /// <summary>The image may lack it: it is made, as other runtimes do, as long as its place can be written.</summary>
    void MakeWorkingDirectory()
    {
        if (_config.Process.WorkingDirectory.Trim('/').Length > 0)
        {
            _plan.Close(Place(_config.Process.WorkingDirectory, isFolder: true));
        }
    }

    void MakeMount(PlannedMount mount)
    {
        if (mount.Held is { } held)
        {
            AttachHeld(mount, held);
            return;
        }

        MakeFilesystem(mount);
    }

    void MakeFilesystem(PlannedMount mount)
    {
        var options = mount.Options;
        var isFilled = mount.Is("tmpfs") || mount.IsOwnDev;
        var isLater = options.IsReadOnly && isFilled && HasSomethingBelow(mount.Place);
        var made = NewFilesystem(mount, "mount", isFilled ? options.OfNew.Set & ~MountApi.AttributeReadOnly : options.OfNew.Set);
        if (mount.IsOwnDev)
        {
            MakeDevices(made);
        }

        var place = MountPlace(mount, isFolder: true, inheritor: mount.Is("tmpfs") && !options.HasMode ? made : null);
        if (options.CopiesUp)
        {
            _plan.CopyTree(place, made);
        }

        if (options.IsReadOnly && isFilled && !isLater)
        {
            _plan.SetAttributes(made, options.OfNew, recursive: false);
        }

        _plan.Attach(made, place);
        _plan.Close(place);
        if (mount.IsOwnDev)
        {
            FinishDevices(made);
        }

        Finish(made, options, isLater);
    }

    void AttachHeld(PlannedMount mount, PlanDescriptor held)
    {
        // A bind shows a filesystem with the attributes of its source; a new one has its own already.
        if (mount.Options.IsBind)
        {
            ChangeAttributes(held, mount.Options);
        }

        AttachAtPlace(mount, held, isFolder: !mount.Options.IsBind || _settings.IsFolder(SourcePath(mount)));
        Finish(held, mount.Options, isLater: false);
    }

    void ChangeAttributes(PlanDescriptor mount, MountOptions options)
    {
        if (!options.Own.IsEmpty)
        {
            _plan.SetAttributes(mount, options.Own, recursive: false);
        }

        if (!options.Tree.IsEmpty)
        {
            _plan.SetAttributes(mount, options.Tree, recursive: true);
        }
    }

    /// <summary>Sets the propagation before anything is mounted below, so that nothing of that reaches the host.</summary>
    void Finish(PlanDescriptor made, MountOptions options, bool isLater)
    {
        Propagate(made, options);
        if (isLater || RepeatsPropagation(options))
        {
            _unfinished.Add((made, options, isLater));
        }
        else
        {
            _plan.Close(made);
        }
    }

    void Propagate(PlanDescriptor made, MountOptions options)
    {
        foreach (var propagation in options.Propagations)
        {
            _plan.SetPropagation(made, propagation);
        }
    }

    /// <summary>Whether something has to be made in a new filesystem before it may become read-only.</summary>
    bool HasSomethingBelow(string place) =>
        place is "/dev"
        || ContainerPath.IsBelow(ContainerPath.Clean(_config.Process.WorkingDirectory), place)
        || _mounts.Exists(mount => ContainerPath.IsBelow(mount.Place, place))
        || _devices.Nodes.Exists(device => ContainerPath.IsBelow(device.Path, place));

    void AttachAtPlace(PlannedMount mount, PlanDescriptor made, bool isFolder)
    {
        var place = MountPlace(mount, isFolder);
        _plan.Attach(made, place);
        _plan.Close(place);
    }

    /// <summary>Changes the mount that is there; without <c>bind</c> its filesystem's own options too.</summary>
    void Remount(PlannedMount mount)
    {
        var place = _plan.ResolveIn(_root, mount.Place, Open.Path, "place", LinkPolicy(mount.Place));
        if (mount.Options.Superblock.Count + mount.Options.Data.Count > 0)
        {
            var context = _plan.PickFilesystem(place);
            SetOptions(context, mount, out _);
            _plan.Reconfigure(context);
        }

        ChangeAttributes(place, mount.Options);
        Propagate(place, mount.Options);
        _plan.Close(place);
    }

    Register NewFilesystem(PlannedMount mount, string name, ulong attributes)
    {
        if (mount.Spec.Type is "" or "none")
        {
            throw new SpecException(mount.Path + ".type", "is missing; a mount without a type needs the option \"bind\" or \"rbind\"");
        }

        return _plan.CreateMount(BeginFilesystem(mount, out _), attributes, name);
    }

    string SourcePath(PlannedMount mount) => mount.SourcePath(_settings.BundlePath);
}
