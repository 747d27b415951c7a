using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    static readonly (string Name, string Target)[] DeviceLinks =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx")];

    ContainerDevices _devices = null!;

    /// <summary>The node of /dev/null that the runtime itself made, for the masks; null when the container has no /dev of its own.</summary>
    Register? _ownNull;

    /// <summary>Fills a /dev of its own while it is attached nowhere: no path of the image is involved (SECURITY R8).</summary>
    void MakeDevices(Register dev)
    {
        foreach (var device in _devices.Nodes.Where(_devices.IsInOwnDev))
        {
            var name = device.Path["/dev/".Length..];
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
            {
                _plan.MakeFolder(dev, name[..slash], 0b111_101_101);
                _plan.Tolerate(Errno.EEXIST);
            }

            if (BoundDevice(device) is not null)
            {
                _plan.MakeFile(dev, name, 0b110_110_110);
                continue;
            }

            _plan.MakeNode(dev, name, device.Kind | device.Mode, device.Major, device.Minor);
            OwnDevice(dev, name, device);
        }

        foreach (var (name, target) in DeviceLinks)
        {
            if (!_devices.Nodes.Exists(device => device.Path == "/dev/" + name))
            {
                _plan.MakeLink(target, dev, name);
            }
        }

        foreach (var folder in (ReadOnlySpan<string>)["pts", "shm", "mqueue"])
        {
            _plan.MakeFolder(dev, folder, 0b111_101_101);
            _plan.Tolerate(Errno.EEXIST);
        }

        if (_settings.Terminal is not null)
        {
            _plan.MakeFile(dev, "console", 0b110_010_000);
        }
    }

    /// <summary>What can only be done in a /dev that is attached: the host's nodes at their places, and the hold on null.</summary>
    void FinishDevices(Register dev)
    {
        foreach (var device in _devices.Nodes.Where(_devices.IsInOwnDev))
        {
            if (BoundDevice(device) is { } node)
            {
                BindDevice(dev, device.Path["/dev/".Length..], node);
            }
        }

        if (_config.Linux.MaskedPaths.Count > 0)
        {
            _ownNull = _plan.OpenEntry(dev, "null", "null");
        }
    }

    /// <summary>Devices outside a /dev of the container's own: in the image, or in what is mounted there.</summary>
    void MakeDevicesElsewhere()
    {
        foreach (var device in _devices.Nodes)
        {
            if (!_devices.IsInOwnDev(device))
            {
                MakeDeviceAt(device);
            }
        }

        if (_devices.UsesDevOfImage)
        {
            var dev = Place("/dev", isFolder: true, LinkPolicy("/dev"));
            foreach (var (name, target) in DeviceLinks)
            {
                _plan.MakeLink(target, dev, name);
                _plan.Tolerate(Errno.EEXIST);
            }

            _plan.Close(dev);
        }
    }

    void MakeDeviceAt(DeviceNode device)
    {
        var (folder, name) = ContainerPath.Split(device.Path);
        var parent = Place(folder, isFolder: true, LinkPolicy(folder));
        if (BoundDevice(device) is { } node)
        {
            _plan.MakeFile(parent, name, 0b110_110_110);
            BindDevice(parent, name, node);
            _plan.Close(parent);
            return;
        }

        _plan.MakeNode(parent, name, device.Kind | device.Mode, device.Major, device.Minor);
        _plan.Tolerate(Errno.EEXIST);
        var made = _plan.Mark();
        OwnDevice(parent, name, device);
        _plan.SkipFromOnTolerated(made);
        // Whatever the image has there, only the device itself will do: behind a file or link of that name could be anything.
        var found = _plan.OpenEntry(parent, name, "device");
        _plan.RequireDevice(found, device.Kind, device.Major, device.Minor);
        _plan.Close(found);
        _plan.Close(parent);
    }

    void OwnDevice(Register folder, string name, DeviceNode device)
    {
        if ((device.Uid | device.Gid) != 0)
        {
            _plan.ChangeOwner(folder, name, device.Uid, device.Gid);
        }
    }

    void BindDevice(Register folder, string name, int node)
    {
        var place = _plan.OpenEntry(folder, name, "device");
        _plan.Attach(node, place);
        _plan.Close(node);
        _plan.Close(place);
    }

    /// <summary>The host's node that stands in where none can be made: a user namespace has no right to.</summary>
    int? BoundDevice(DeviceNode device) => _settings.PreparedDevices.TryGetValue(device.Path, out var node) ? node : null;

    /// <summary>The terminal is /dev/console too, once its devpts instance belongs to this mount namespace.</summary>
    void BindConsole()
    {
        if (_settings.Terminal is not { } terminal)
        {
            return;
        }

        var console = _plan.CloneTree(terminal.Peer, recursive: false, "mount");
        if (_devices.ShowsForeignDev)
        {
            // Nothing is made in a /dev that may be the host's; its console, if it has one, is covered here alone.
            var shown = _plan.ResolveIn(_root, "/dev/console", Open.Path, "place", OpenHow.NoSymlinks);
            _plan.Tolerate(Errno.ENOENT);
            var missing = _plan.Mark();
            _plan.Attach(console, shown);
            _plan.Close(shown);
            _plan.SkipFromOnTolerated(missing);
        }
        else
        {
            var place = Place("/dev/console", isFolder: false, LinkPolicy("/dev/console"));
            _plan.Attach(console, place);
            _plan.Close(place);
        }

        _plan.Close(console);
    }
}
