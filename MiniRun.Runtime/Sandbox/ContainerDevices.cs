using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The devices of a container and where they are made.</summary>
sealed class ContainerDevices
{
    readonly bool _hasDev;
    readonly bool _hasOwnDev;
    readonly List<string> _coveredPlaces = [];

    /// <exception cref="SpecException">A device cannot be made.</exception>
    public ContainerDevices(RuntimeConfig config, List<PlannedMount> mounts)
    {
        foreach (var mount in mounts)
        {
            if (mount.Options.IsRemount)
            {
                continue;
            }

            _hasDev |= mount.Place is "/dev";
            _hasOwnDev |= mount.IsOwnDev;
            if (ContainerPath.IsBelow(mount.Place, "/dev"))
            {
                _coveredPlaces.Add(mount.Place);
            }
        }

        Nodes = DeviceNode.Of(config).FindAll(node => !(ShowsForeignDev && ContainerPath.IsBelow(node.Path, "/dev")));
    }

    public List<DeviceNode> Nodes { get; }

    /// <summary>A /dev shown from elsewhere has its devices, and is not touched: it may be the host's.</summary>
    public bool ShowsForeignDev => _hasDev && !_hasOwnDev;

    /// <summary>Nothing is mounted on /dev: what the image has there is completed.</summary>
    public bool UsesDevOfImage => !_hasDev;

    /// <summary>Whether a device lies directly in a /dev that is the container's own, and not in something mounted below it; what is
    /// mounted on the device itself covers it later.</summary>
    public bool IsInOwnDev(DeviceNode node) =>
        _hasOwnDev && ContainerPath.IsBelow(node.Path, "/dev") && !_coveredPlaces.Exists(place => ContainerPath.IsBelow(node.Path, place));
}
