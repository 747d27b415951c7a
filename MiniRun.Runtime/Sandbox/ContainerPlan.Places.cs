using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>Files below /proc that a mount may cover: what lxcfs shows in the container's own measure (SECURITY R6).</summary>
    static readonly string[] ReplaceableProcFiles =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/slabinfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/sys/crypto/fips_enabled", "/proc/sys/kernel/ns_last_pid",
    ];

    /// <summary>Where the mounts made so far show the kernel's files.</summary>
    readonly List<string> _kernelPlaces = [];

    /// <summary>A container that could cover files of /proc could hide what its security labels are written to.</summary>
    static void RefuseBadPlace(PlannedMount mount)
    {
        if (mount.Place is "/" && !mount.Is("overlay") && !mount.Options.IsRemount)
        {
            throw new SpecException(mount.Path + ".destination", "must not be /: root.path is the root; only an overlay may replace it");
        }

        if (mount.Options.IsRemount || !ContainerPath.IsAtOrBelow(mount.Place, "/proc"))
        {
            return;
        }

        if (mount.Place is not "/proc")
        {
            if (!ReplaceableProcFiles.Contains(mount.Place))
            {
                throw new SpecException(mount.Path + ".destination", $"\"{mount.Place}\" must not be covered; below /proc only single files of lxcfs may be");
            }
        }
        else if (!mount.Is("proc") && !mount.Options.IsBind)
        {
            throw new SpecException(mount.Path + ".type", $"\"{mount.Spec.Type}\" must not be mounted on /proc; use \"proc\"");
        }
    }

    /// <summary>Where no link of the image is accepted: it would show the kernel's files at a place of the image's choice, or
    /// what is meant for them to somebody else (CVE-2025-52565).</summary>
    static ulong LinkPolicy(string place) =>
        ContainerPath.IsAtOrBelow(place, "/dev") || ContainerPath.IsAtOrBelow(place, "/proc") || ContainerPath.IsAtOrBelow(place, "/sys")
            ? OpenHow.NoSymlinks
            : 0;

    /// <summary>The place of a mount, which is not led to the kernel's own files by a link of the image.</summary>
    Register MountPlace(PlannedMount mount, bool isFolder, Register? inheritor = null)
    {
        if (mount is { Place: "/proc", Options.IsBind: true, Held: { } source })
        {
            _plan.RequireFilesystem(source, FilesystemMagic.Proc);
        }

        var place = Place(mount.Place, isFolder, LinkPolicy(mount.Place), inheritor);
        if (!_kernelPlaces.Exists(shown => ContainerPath.IsAtOrBelow(mount.Place, shown)))
        {
            _plan.RefuseKernelFilesystem(place);
        }

        if (mount.ShowsKernelFiles)
        {
            _kernelPlaces.Add(mount.Place);
        }

        return place;
    }

    /// <summary>A descriptor of the place for a mount, which is made where the image has none.</summary>
    /// <param name="inheritor">Gets the permissions of the place, if the image has it.</param>
    Register Place(string destination, bool isFolder, ulong resolve = 0, Register? inheritor = null)
    {
        var flags = isFolder ? Files.Directory : Open.Path;
        var place = _plan.ResolveIn(_root, destination, flags, "place", resolve);
        _plan.Tolerate(Errno.ENOENT);
        var found = _plan.Mark();
        if (inheritor is { } mount)
        {
            _plan.InheritMode(mount, place);
            _plan.SkipFromOnTolerated(found);
            found = _plan.Mark();
        }

        _plan.MakePlaceInto(_root, destination, flags, place, resolve);
        _plan.SkipFromOnSuccess(found);
        return place;
    }

    /// <summary>An id of a filesystem that the user namespace does not have would only show as a bare EINVAL of fsconfig(2).</summary>
    void RefuseForeignIds(PlannedMount mount)
    {
        if (!_config.Linux.IsNew("user") || mount.Options.IsBind)
        {
            return;
        }

        foreach (var (key, value) in mount.Options.Data)
        {
            var mappings = key switch { "uid" => _config.Linux.UidMappings, "gid" => _config.Linux.GidMappings, _ => null };
            if (mappings is not null && uint.TryParse(value, out var id) && UserMappings.ToHost(mappings, id) is null)
            {
                throw new SpecException(mount.Path + ".options", $"\"{key}={value}\" is not mapped by linux.{key}Mappings; map it or leave it out");
            }
        }
    }
}
