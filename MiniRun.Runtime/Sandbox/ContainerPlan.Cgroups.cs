using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    readonly Dictionary<CgroupHierarchy, Register> _ownCgroups = [];

    /// <summary>Shows the container its own cgroups: one v2 tree on a unified host, else each hierarchy in its folder.</summary>
    void MountCgroups(MountSpec mount, MountOptions options)
    {
        AwaitParent();
        if (_settings.Cgroups.Mode is "none")
        {
            return;
        }

        var place = Place(mount.Destination, isFolder: true);
        if (_settings.Cgroups.Mode is "unified")
        {
            var unified = _ownCgroups.TryGetValue(_settings.Cgroups.Unified!, out var held) ? held : NewCgroupMount("cgroup2", [], options.Set);
            _plan.Attach(unified, place);
            _plan.Close(unified);
            _plan.Close(place);
            return;
        }

        var context = _plan.OpenFilesystem("tmpfs");
        _plan.SetOption(context, "mode", "755");
        var trees = _plan.CreateMount(context, options.Set & ~MountApi.AttributeReadOnly, "trees");
        _plan.Attach(trees, place);
        _plan.Close(place);
        // Only those that it has joined: of any other it would see the host's.
        foreach (var hierarchy in CgroupChoice.Hierarchies(_settings.Cgroups, _config.Linux.Resources))
        {
            var tree = _ownCgroups.TryGetValue(hierarchy, out var own) ? own : hierarchy.IsUnified
                ? NewCgroupMount("cgroup2", [], options.Set)
                : NewCgroupMount("cgroup", hierarchy.Name is { } name ? [("none", null), ("name", name)] : [.. hierarchy.Controllers.Select(c => (c, (string?)null))], options.Set);
            _plan.MakeFolder(trees, hierarchy.Folder, 0b111_101_101);
            var branch = _plan.ResolveIn(trees, hierarchy.Folder, Files.Directory, "place");
            _plan.Attach(tree, branch);
            _plan.Close(branch);
            _plan.Close(tree);
        }

        _plan.SetAttributes(trees, options.Set, 0, recursive: false);
        _plan.Close(trees);
    }

    /// <summary>Without a cgroup namespace a mount of its own would show the whole host: what the container may see is
    /// held while host paths still mean something.</summary>
    void HoldCgroups()
    {
        if (_config.Linux.Has("cgroup") || _settings.CgroupPath is not { } path || !_config.Mounts.Exists(m => m.Type is "cgroup" or "cgroup2"))
        {
            return;
        }

        var options = MountOptions.Parse(_config.Mounts.Find(m => m.Type is "cgroup" or "cgroup2")!, "$.mounts");
        foreach (var hierarchy in CgroupChoice.Hierarchies(_settings.Cgroups, _config.Linux.Resources))
        {
            var own = _plan.CloneTree($"{hierarchy.Path}/{path}", recursive: false, "cgroup");
            _plan.SetAttributes(own, options.Set, options.Clear, recursive: false);
            _ownCgroups[hierarchy] = own;
        }
    }

    Register NewCgroupMount(string type, IReadOnlyList<(string Key, string? Value)> options, ulong attributes)
    {
        var context = _plan.OpenFilesystem(type);
        _plan.SetOption(context, "source", "cgroup");
        foreach (var (key, value) in options)
        {
            if (value is null)
            {
                _plan.SetFlag(context, key);
            }
            else
            {
                _plan.SetOption(context, key, value);
            }
        }

        return _plan.CreateMount(context, attributes, "mount");
    }
}
