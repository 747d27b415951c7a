using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    readonly Dictionary<CgroupHierarchy, Register> _ownCgroups = [];
    readonly List<Register> _laterEntrances = [];

    /// <summary>Whether the child may move itself: in a user namespace it is not the owner of the host's cgroups.</summary>
    public static bool JoinsCgroupsItself(LinuxSpec linux) => !linux.Has("user");

    /// <summary>Where the child will move itself, before any cgroup is made.</summary>
    static List<CgroupEntrance> PlannedEntrances(LaunchSettings settings) => settings.CgroupPath is { } path && JoinsCgroupsItself(settings.Config.Linux)
        ? ContainerCgroup.EntrancesOf(CgroupChoice.Hierarchies(settings.Cgroups, settings.Config.Linux.Resources), path)
        : [];

    void JoinCgroups(IReadOnlyList<CgroupEntrance> entrances)
    {
        foreach (var entrance in entrances)
        {
            if (entrance.IsForLater)
            {
                _laterEntrances.Add(_plan.OpenEntrance(entrance.Path));
            }
            else
            {
                _plan.JoinCgroup(entrance.Path);
            }
        }
    }

    /// <summary>The host's user who is to manage the v2 cgroup from inside: the one of the program, where a user namespace makes it
    /// no user of the host, a cgroup namespace shows no more than that cgroup, and a mount lets it write.</summary>
    public uint? CgroupOwner =>
        _settings.Cgroups.Mode is "unified" && _config.Linux.IsNew("user") && _config.Linux.IsNew("cgroup") && _mounts.Exists(mount => mount.IsCgroup && mount.Options.IsWritable)
            ? UserMappings.ToHost(_config.Linux.UidMappings, _config.Process.User.Uid)
            : null;

    /// <summary>Shows the container its own cgroups: one v2 tree on a unified host, else each hierarchy in its folder.</summary>
    void MountCgroups(PlannedMount mount)
    {
        AwaitParent();
        if (_settings.Cgroups.Mode is "none")
        {
            return;
        }

        var attributes = CgroupAttributes(mount.Options);
        var place = MountPlace(mount, isFolder: true);
        if (_settings.Cgroups.Mode is "unified")
        {
            var unified = _ownCgroups.TryGetValue(_settings.Cgroups.Unified!, out var held) ? held : NewCgroupMount("cgroup2", [], attributes);
            _plan.Attach(unified, place);
            _plan.Close(unified);
            _plan.Close(place);
            return;
        }

        var context = _plan.OpenFilesystem("tmpfs");
        _plan.SetOption(context, "mode", "755");
        var trees = _plan.CreateMount(context, attributes & ~MountApi.AttributeReadOnly, "trees");
        _plan.Attach(trees, place);
        _plan.Close(place);
        // Only those that it has joined: of any other it would see the host's.
        foreach (var hierarchy in CgroupChoice.Hierarchies(_settings.Cgroups, _config.Linux.Resources))
        {
            var tree = _ownCgroups.TryGetValue(hierarchy, out var own) ? own : hierarchy.IsUnified
                ? NewCgroupMount("cgroup2", [], attributes)
                : NewCgroupMount("cgroup", hierarchy.Name is { } name ? [("none", null), ("name", name)] : [.. hierarchy.Controllers.Select(c => (c, (string?)null))], attributes);
            _plan.MakeFolder(trees, hierarchy.Folder, 0b111_101_101);
            var branch = _plan.ResolveIn(trees, hierarchy.Folder, Files.Directory, "place");
            _plan.Attach(tree, branch);
            _plan.Close(branch);
            _plan.Close(tree);
        }

        _plan.SetAttributes(trees, attributes, AccessTime(attributes), recursive: false);
        _plan.Close(trees);
    }

    /// <summary>Without a cgroup namespace a mount of its own would show the whole host: what the container may see is
    /// held while host paths still mean something.</summary>
    void HoldCgroups()
    {
        if (_config.Linux.Has("cgroup") || _settings.CgroupPath is not { } path || _mounts.Find(mount => mount.IsCgroup) is not { } mount)
        {
            return;
        }

        var attributes = CgroupAttributes(mount.Options);
        foreach (var hierarchy in CgroupChoice.Hierarchies(_settings.Cgroups, _config.Linux.Resources))
        {
            var own = _plan.CloneTree($"{hierarchy.Path}/{path}", recursive: false, "cgroup");
            _plan.SetAttributes(own, attributes, AccessTime(attributes), recursive: false);
            _ownCgroups[hierarchy] = own;
        }
    }

    /// <summary>Read-only unless writing is asked for in so many words (SECURITY R22): who writes there moves processes and limits.</summary>
    static ulong CgroupAttributes(MountOptions options) =>
        options.OfNew.Set | (options.IsWritable ? 0 : MountApi.AttributeReadOnly);

    /// <summary>What mount_setattr(2) wants cleared when one of the access time modes is set.</summary>
    static ulong AccessTime(ulong attributes) => (attributes & MountApi.AccessTimeMask) != 0 ? MountApi.AccessTimeMask : 0;

    Register NewCgroupMount(string type, IReadOnlyList<(string Key, string? Value)> options, ulong attributes)
    {
        var context = _plan.OpenFilesystem(type);
        _plan.SetOption(context, "source", "cgroup");
        foreach (var (key, value) in options)
        {
            _plan.SetOption(context, key, value);
        }

        return _plan.CreateMount(context, attributes, "mount");
    }
}
