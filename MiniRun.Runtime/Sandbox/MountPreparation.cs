using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Mounts that the parent makes before the clone, because the child could not: in a user namespace it has no right to the host's
/// paths, and none to map the ids of a mount whose filesystem is the host's.</summary>
sealed class MountPreparation : IDisposable
{
    readonly List<SafeFileHandle> _opened = [];
    readonly Dictionary<int, int> _mounts = [];
    readonly Dictionary<string, int> _devices = [];
    readonly List<(IReadOnlyList<IdMapping> Uids, IReadOnlyList<IdMapping> Gids, SafeFileHandle Namespace)> _maps = [];

    /// <summary>Descriptors by the index of the mount in the configuration; see <see cref="ContainerPlan.RootIndex"/>.</summary>
    public IReadOnlyDictionary<int, int> Mounts => _mounts;

    /// <summary>Descriptors of the host's device nodes, by their path in the container.</summary>
    public IReadOnlyDictionary<string, int> Devices => _devices;

    /// <summary>Whether the runtime itself runs in a user namespace.</summary>
    public bool IsNested { get; private set; }

    /// <exception cref="SpecException">A source cannot be mounted in this way.</exception>
    public static MountPreparation For(ContainerOrder order, JoinedNamespaces joined)
    {
        var preparation = new MountPreparation();
        var config = order.Config;
        var hasUsers = config.Linux.Has("user");
        preparation.IsNested = !OwnUserNamespace.IsInitial();
        if (!hasUsers && !preparation.IsNested && !config.Mounts.Exists(PlannedMount.MayBeIdMapped))
        {
            return preparation;
        }

        int? users = joined.Descriptors.TryGetValue("user", out var descriptor) ? descriptor : null;
        try
        {
            var mounts = config.Mounts.Select((mount, index) => new PlannedMount(index, mount)).ToList();
            OpenFileLimit.Require(mounts.Count);
            foreach (var mount in mounts)
            {
                if (mount.IsIdMapped && !mount.Options.IsBind)
                {
                    throw new SpecException(mount.Path + ".uidMappings", "is for bind mounts; remove it, or bind a folder of the host");
                }

                if (mount.Options.IsBind && (hasUsers || mount.IsIdMapped))
                {
                    preparation.Bind(mount, config.Linux, order.Bundle, users);
                }
            }

            if (hasUsers)
            {
                preparation.Root(mounts, order.RootPath);
            }

            if (hasUsers || preparation.IsNested)
            {
                preparation.BindDevices(config, mounts);
            }

            return preparation;
        }
        catch
        {
            preparation.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var opened in _opened)
        {
            opened.Dispose();
        }
    }

    void Bind(PlannedMount mount, LinuxSpec linux, string bundle, int? joined)
    {
        var path = mount.SourcePath(bundle);
        SafeFileHandle tree;
        try
        {
            using var source = Files.OpenPath(path, Open.Path);
            tree = Keep(DetachedMount.Clone(source, path, mount.Options.IsRecursive));
        }
        catch (KernelException e)
        {
            throw new SpecException(mount.Path + ".source", $"\"{path}\" cannot be mounted: {e.Errno.Describe()}");
        }

        if (mount.IsIdMapped)
        {
            MapIds(mount, tree, linux, joined);
        }

        _mounts[mount.Index] = Files.Number(tree);
    }

    void MapIds(PlannedMount mount, SafeFileHandle tree, LinuxSpec linux, int? joined)
    {
        try
        {
            DetachedMount.MapIds(tree, UserNamespaceOf(mount, linux, joined), mount.Options.IsIdMapRecursive);
        }
        catch (KernelException e) when (e.Call is "mount_setattr")
        {
            throw new SpecException(
                mount.Path + ".options",
                $"the ids of \"{mount.Spec.Source}\" cannot be mapped ({e.Errno.Describe()}): its filesystem, or one mounted below it, has no idmapped mounts in this kernel, or is mapped already");
        }
    }

    SafeFileHandle UserNamespaceOf(PlannedMount mount, LinuxSpec linux, int? joined)
    {
        var (uids, gids) = (mount.Spec.UidMappings, mount.Spec.GidMappings);
        if (uids.Count == 0)
        {
            if (joined is { } descriptor)
            {
                return new SafeFileHandle(descriptor, ownsHandle: false);
            }

            (uids, gids) = linux.IsNew("user")
                ? (linux.UidMappings, linux.GidMappings)
                : throw new SpecException(mount.Path + ".options", "\"idmap\" needs uidMappings and gidMappings, or a container with a user namespace");
        }

        foreach (var (otherUids, otherGids, made) in _maps)
        {
            if (otherUids.SequenceEqual(uids) && otherGids.SequenceEqual(gids))
            {
                return made;
            }
        }

        try
        {
            var created = Keep(UserNamespace.Create(uids, gids));
            _maps.Add((uids, gids, created));
            return created;
        }
        catch (KernelException e)
        {
            throw new SpecException(mount.Path + ".uidMappings", $"the kernel does not take these mappings ({e.Message}); each id may occur once, and the ids of the host must be the runtime's own");
        }
    }

    void Root(List<PlannedMount> mounts, string root)
    {
        if (mounts.Find(mount => mount.IsRoot) is { } overlay)
        {
            IEnumerable<(string, string?)> source = overlay.Spec.Source.Length > 0 ? [("source", overlay.Spec.Source)] : [];
            _mounts[ContainerPlan.RootIndex] = Files.Number(Keep(DetachedMount.Create("overlay", source.Concat(overlay.Options.Data), overlay.Options.OfNew.Set)));
            return;
        }

        try
        {
            // Not through a link (SECURITY R1).
            using var folder = Files.OpenPath(root, Open.Path | Files.Directory | Files.NoFollow);
            _mounts[ContainerPlan.RootIndex] = Files.Number(Keep(DetachedMount.Clone(folder, root, recursive: true)));
        }
        catch (KernelException e)
        {
            throw new SpecException("$.root.path", $"\"{root}\" cannot be mounted ({e.Errno.Describe()}); name the folder itself, not a link to it");
        }
    }

    /// <summary>No device can be made in a user namespace, but those of the host can be shown (SECURITY R8).</summary>
    void BindDevices(RuntimeConfig config, List<PlannedMount> mounts)
    {
        foreach (var device in new ContainerDevices(config, mounts).Nodes)
        {
            if (device.Kind is FileFacts.Fifo)
            {
                continue;
            }

            try
            {
                using var node = Files.OpenPath(device.Path, Open.Path | Files.NoFollow);
                if (!device.Is(FileFacts.Of(node)))
                {
                    throw new SpecException(device.Field, $"the host's {device.Path} is another file, and in a user namespace no device can be made; remove it, or make it on the host");
                }

                _devices[device.Path] = Files.Number(Keep(DetachedMount.Clone(node, device.Path, recursive: false)));
            }
            catch (KernelException e)
            {
                throw new SpecException(device.Field, $"the host's {device.Path} cannot be shown ({e.Errno.Describe()}), and in a user namespace no device can be made; remove it, or make it on the host");
            }
        }
    }

    SafeFileHandle Keep(SafeFileHandle handle)
    {
        _opened.Add(handle);
        return handle;
    }
}
