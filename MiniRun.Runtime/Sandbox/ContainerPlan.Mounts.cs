using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>Host paths are resolved once, while the host is still there; afterwards there are only descriptors.</summary>
    void HoldSources()
    {
        _plan.MakeMountsPrivate();
        for (var i = 0; i < _config.Mounts.Count; i++)
        {
            var mount = _config.Mounts[i];
            var options = MountOptions.Parse(mount, $"$.mounts[{i}]");
            if (options.IsBind)
            {
                var source = mount.Source.StartsWith('/') ? mount.Source : throw new SpecException($"$.mounts[{i}].source", "must be an absolute path");
                _sources[mount] = _plan.CloneTree(source, options.IsRecursive, "source");
            }
        }
    }

    /// <summary>Puts the container's root where it can become the root of this mount namespace.</summary>
    void AttachRoot()
    {
        var overlay = _config.Mounts.Find(IsRoot);
        _root = overlay is null ? _plan.CloneTree(_settings.RootPath, recursive: true, "root") : NewFilesystem(overlay, "root");
        _plan.Attach(_root, _settings.RootPath);
    }

    /// <summary>Makes it the root, and lets go of the host's mounts.</summary>
    void ChangeRoot()
    {
        var root = _settings.PausesBeforeRoot ? _plan.OpenPath(_settings.RootPath, "root") : _root;
        _plan.ChangeFolder(root);
        if (_settings.MovesRoot)
        {
            // Without the move the host's root would stay below ours, and exec would enter it (DECISIONS 4).
            _plan.MoveMount(".", "/");
            _plan.ChangeRoot(".");
            _plan.ChangeFolder("/");
        }
        else
        {
            _plan.PivotRoot();
            _plan.DetachOldRoot();
        }

        if (_settings.PausesBeforeRoot)
        {
            _plan.Close(root);
        }
    }

    void MakeMounts()
    {
        MakeDevicesInImage();
        for (var i = 0; i < _config.Mounts.Count; i++)
        {
            var mount = _config.Mounts[i];
            if (IsRoot(mount))
            {
                continue;
            }

            switch (mount.Type)
            {
                case "cgroup" or "cgroup2":
                    MountCgroups(mount, MountOptions.Parse(mount, $"$.mounts[{i}]"));
                    break;
                case "devpts" when _settings.Terminal is { } terminal:
                    var place = Place(mount.Destination, isFolder: true);
                    _plan.Attach(terminal.Instance, place);
                    _plan.Close(place);
                    break;
                default:
                    MakeMount(mount, $"$.mounts[{i}]");
                    break;
            }
        }

        BindConsole();
        // The last step, because every place above had to be made first.
        if (_config.Root.ReadOnly)
        {
            _plan.SetAttributes(_root, MountApi.AttributeReadOnly, 0, recursive: false);
        }
    }

    void MakeMount(MountSpec mount, string path)
    {
        var options = MountOptions.Parse(mount, path);
        Register made;
        var isFolder = true;
        if (_sources.TryGetValue(mount, out var source))
        {
            made = source;
            isFolder = _settings.IsFolder(mount.Source);
            if ((options.Set | options.Clear) != 0)
            {
                _plan.SetAttributes(made, options.Set, options.Clear, options.IsRecursive);
            }
        }
        else
        {
            made = NewFilesystem(mount, "mount");
        }

        if (mount.Destination.TrimEnd('/') == "/dev" && !options.IsBind)
        {
            MakeDevices(made);
        }

        // On /proc and /sys no link is accepted: they would show the kernel's files at a place of the image's choice.
        var resolve = mount.Type is "proc" or "sysfs" ? OpenHow.NoSymlinks : 0;
        var place = Place(mount.Destination, isFolder, resolve);
        _plan.Attach(made, place);
        _plan.Close(place);
        _plan.Close(made);
    }

    Register NewFilesystem(MountSpec mount, string name)
    {
        var options = MountOptions.Parse(mount, $"$.mounts[{_config.Mounts.IndexOf(mount)}]");
        var context = _plan.OpenFilesystem(mount.Type);
        if (mount.Source.Length > 0)
        {
            _plan.SetOption(context, "source", mount.Source);
        }

        foreach (var (key, value) in options.Data)
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

        return _plan.CreateMount(context, options.Set, name);
    }

    /// <summary>A descriptor of the place for a mount, which is made where the image has none.</summary>
    Register Place(string destination, bool isFolder, ulong resolve = 0)
    {
        var flags = isFolder ? Files.Directory : Open.Path;
        var place = _plan.ResolveIn(_root, destination, flags, "place", resolve);
        _plan.Tolerate(Errno.ENOENT);
        var found = _plan.Mark();
        var names = destination.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = 0; depth < names.Length; depth++)
        {
            var parent = _plan.ResolveIn(_root, string.Join('/', names[..depth]), Files.Directory, "parent");
            if (depth < names.Length - 1 || isFolder)
            {
                _plan.MakeFolder(parent, names[depth], 0b111_101_101);
                _plan.Tolerate(Errno.EEXIST);
            }
            else
            {
                _plan.MakeFile(parent, names[depth], 0b110_100_100);
            }

            _plan.Close(parent);
        }

        _plan.ResolveInto(_root, destination, flags, place, resolve);
        _plan.SkipFromOnSuccess(found);
        return place;
    }

    static bool IsRoot(MountSpec mount) => mount.Destination.Trim('/').Length == 0;
}
