using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>The devices that every container has (config-linux.md, "Default Devices").</summary>
    static readonly (string Name, uint Minor, uint Major)[] Devices =
        [("null", 3, 1), ("zero", 5, 1), ("full", 7, 1), ("random", 8, 1), ("urandom", 9, 1), ("tty", 0, 5)];

    static readonly (string Name, string Target)[] DeviceLinks =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx")];

    /// <summary>Fills a /dev of its own while it is attached nowhere: no path of the image is involved (SECURITY R8).</summary>
    void MakeDevices(Register dev)
    {
        foreach (var (name, minor, major) in Devices)
        {
            _plan.MakeCharacterDevice(dev, name, 0b110_110_110, major, minor);
            _plan.Tolerate(Errno.EEXIST);
        }

        foreach (var (name, target) in DeviceLinks)
        {
            _plan.MakeLink(target, dev, name);
            _plan.Tolerate(Errno.EEXIST);
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

    /// <summary>A container without a /dev of its own gets the devices in the image's: every container has them.</summary>
    void MakeDevicesInImage()
    {
        if (!_config.Mounts.Exists(mount => mount.Destination.TrimEnd('/') == "/dev"))
        {
            var dev = Place("/dev", isFolder: true, OpenHow.NoSymlinks);
            MakeDevices(dev);
            _plan.Close(dev);
        }
    }

    /// <summary>The terminal is /dev/console too, once its devpts instance belongs to this mount namespace.</summary>
    void BindConsole()
    {
        if (_settings.Terminal is not { } terminal)
        {
            return;
        }

        var console = _plan.CloneTree(terminal.Peer, "mount");
        var place = Place("/dev/console", isFolder: false);
        _plan.Attach(console, place);
        _plan.Close(place);
        _plan.Close(console);
    }
}
