using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>The key of the root in <see cref="LaunchSettings.PreparedMounts"/>.</summary>
    public const int RootIndex = -1;

    PlanDescriptor? _heldRoot;

    Propagation? RootPropagation => _config.Linux.RootfsPropagation switch
    {
        "" => null,
        var name when MountOptionTable.TryFind(name, out var option) && option.Kind is MountOptionKind.Propagation =>
            new Propagation(option.Set, option.IsRecursive),
        var name => throw new SpecException(
            "$.linux.rootfsPropagation", $"\"{name}\" is none; use private, shared, slave or unbindable, or one of them with r before it"),
    };

    /// <summary>Mounts that the host makes later below the root or a source shall appear in the container.</summary>
    bool FollowsHost => RootPropagation is { Kind: MountApi.Slave };

    /// <summary>Host paths are resolved once, while the host is still there; afterwards there are only descriptors.</summary>
    void HoldSources()
    {
        ReadMounts();
        if (RaisesOpenFiles)
        {
            _plan.SetResourceLimit(new RlimitSpec(OpenFileLimit.Resource, _settings.OpenFiles.Hard, _settings.OpenFiles.Hard));
        }

        foreach (var mount in _mounts)
        {
            if (mount.Options.IsBind && (mount.IsPrepared || mount.FollowsItsSource))
            {
                Hold(mount);
            }
        }

        if (FollowsHost || _settings.PreparedMounts.ContainsKey(RootIndex))
        {
            HoldRoot();
        }

        // A copy of a private mount is private: nothing that happens to it reaches the host.
        _plan.MakeMountsPrivate();
        foreach (var mount in _mounts)
        {
            if (mount.Options.IsBind && mount.Held is null)
            {
                Hold(mount);
            }
        }

        HoldKernelFiles();
    }

    void Hold(PlannedMount mount) =>
        mount.Held = mount.IsPrepared
            ? _settings.PreparedMounts[mount.Index]
            : _plan.CloneTree(SourcePath(mount), mount.Options.IsRecursive, "source");

    /// <summary>In a user namespace the kernel makes a proc or sysfs only as long as one is to be seen that hides nothing
    /// (mount_too_revealing), which is the host's.</summary>
    void HoldKernelFiles()
    {
        if (!_config.Linux.Has("user") && !_settings.IsNested)
        {
            return;
        }

        foreach (var mount in _mounts)
        {
            if (mount.Is("proc") || mount.Is("sysfs"))
            {
                mount.Held = NewFilesystem(mount, "mount", mount.Options.OfNew.Set);
            }
        }
    }

    /// <summary>The root's mounts, copied while they still are tied to the host's; as slaves, because a root that is shared cannot be
    /// changed to (pivot_root(2)).</summary>
    void HoldRoot()
    {
        var root = _settings.PreparedMounts.TryGetValue(RootIndex, out var prepared) ? prepared : CloneRoot();
        _plan.SetPropagation(root, new Propagation(FollowsHost ? MountApi.Slave : MountApi.Private, IsRecursive: true));
        _heldRoot = root;
    }

    PlanDescriptor CloneRoot()
    {
        if (_mounts.Find(mount => mount.IsRoot) is { } overlay)
        {
            return overlay.Spec.Type is "overlay" ? LayeredRoot(overlay) : NewFilesystem(overlay, "rootfs", overlay.Options.OfNew.Set);
        }

        // Opened once, and not through a link: what it is afterwards does not depend on its path (SECURITY R1).
        var folder = _plan.OpenFolder(_settings.RootPath, "folder");
        var tree = _plan.CloneTree(folder, recursive: true, "rootfs");
        _plan.Close(folder);
        return tree;
    }

    /// <summary>Puts the container's root where it can become the root of this mount namespace: over the host's, whose path needs no
    /// permission and cannot be a link. Hooks look for it at its own path.</summary>
    void AttachRoot()
    {
        var root = _heldRoot ?? CloneRoot();
        _plan.Attach(root, _settings.PausesBeforeRoot ? _settings.RootPath : "/");
        _plan.ChangeFolder(root);
        _plan.Close(root);
        _root = _plan.OpenPath(".", "root");
    }

    /// <summary>Makes it, which is the working directory, the root, and lets go of the host's mounts.</summary>
    void ChangeRoot()
    {
        if (_settings.MovesRoot)
        {
            // On top of the host's root: below it, exec would enter that (DECISIONS 4).
            if (_settings.PausesBeforeRoot)
            {
                _plan.MoveMount(".", "/");
            }

            _plan.ChangeRoot(".");
            _plan.ChangeFolder("/");
        }
        else
        {
            _plan.PivotRoot();
            _plan.DetachOldRoot();
        }
    }

    /// <summary>The last steps of the mounts: in a shared root every further mount would be made in each of its copies too, and
    /// a shared root cannot be changed to.</summary>
    void FinishMounts()
    {
        if (RootPropagation is { Kind: MountApi.Shared or MountApi.Unbindable } propagation)
        {
            var root = _plan.OpenPath("/", "root");
            _plan.SetPropagation(root, propagation);
            _plan.Close(root);
        }

        foreach (var (mount, options, _) in _unfinished)
        {
            if (RepeatsPropagation(options))
            {
                Propagate(mount, options);
            }

            _plan.Close(mount);
        }

        if (RaisesOpenFiles)
        {
            _plan.SetResourceLimit(new RlimitSpec(OpenFileLimit.Resource, _settings.OpenFiles.Soft, _settings.OpenFiles.Hard));
        }
    }

    /// <summary>What the configuration says of one mount outranks what it says of all.</summary>
    bool RepeatsPropagation(MountOptions options) =>
        options.Propagations.Count > 0 && RootPropagation is { IsRecursive: true, Kind: MountApi.Shared or MountApi.Unbindable };

    /// <summary>Each source is held by a descriptor, of which a process may have a thousand as a rule.</summary>
    bool RaisesOpenFiles => (ulong)(_mounts.Count + OpenFileLimit.Reserve) > _settings.OpenFiles.Soft;
}
