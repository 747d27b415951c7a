using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The host's network devices that move into a container (config-linux.md, "Network Devices").</summary>
/// <remarks>When the container's network ends, the kernel brings physical devices back and destroys the others.</remarks>
sealed class NetworkDevices : IDisposable
{
    readonly SafeFileHandle _host = Files.OpenPath("/proc/thread-self/ns/net", Open.ReadOnly);
    readonly SafeFileHandle _container;
    readonly Netlink _outside;
    readonly Netlink _inside;
    readonly Stack<MovedDevice> _moved = [];

    /// <param name="network">The container's network namespace, which is disposed of with this.</param>
    public NetworkDevices(SafeFileHandle network)
    {
        _container = network;
        _outside = Netlink.Open();
        _inside = Netlink.OpenIn(network);
    }

    /// <param name="devices">Names on the host, and those inside; an empty one leaves the name.</param>
    /// <exception cref="SpecException">One cannot be moved; <see cref="Return(Exception)"/> then undoes what was done.</exception>
    public void Move(Dictionary<string, string> devices)
    {
        foreach (var (name, inside) in devices)
        {
            var field = SpecReader.EntryPath("$.linux.netDevices", name);
            var device = _outside.FindLink(name) ?? throw new SpecException(field, "the host has no network device of this name; create it, or remove it here");
            try
            {
                Move(device, name, inside.Length == 0 ? name : inside, field);
            }
            catch (KernelException e)
            {
                throw new SpecException(field, Explain(e));
            }
        }
    }

    /// <summary>Gives the devices back, with their names, addresses and state, because the container did not come to be.</summary>
    /// <param name="cause">Why.</param>
    /// <exception cref="SpecException">One stays in the container's network; its message holds that of the cause.</exception>
    public void Return(Exception cause)
    {
        while (_moved.TryPop(out var device))
        {
            try
            {
                Return(device);
            }
            catch (KernelException e)
            {
                throw new SpecException(device.Field, $"could not be given back to the host: {e.Message}; it was moved before this happened: {cause.Message}");
            }
        }
    }

    public void Dispose()
    {
        _outside.Dispose();
        _inside.Dispose();
        _host.Dispose();
        _container.Dispose();
    }

    void Move(NetworkLink device, string name, string inside, string field)
    {
        // Asked before, because the kernel gives a device its name only when it has moved it.
        if (_inside.FindLink(inside) is not null)
        {
            throw new SpecException(field, $"the container's network has a device \"{inside}\" already; choose another name");
        }

        var addresses = _outside.Addresses(device.Index).FindAll(address => address.IsPermanentAndGlobal);
        var index = _inside.FreeIndex(device.Index);
        _moved.Push(new MovedDevice(field, name, device, index, addresses));
        _outside.MoveLink(device.Index, _container, inside, index);
        Restore(_inside, index, inside, addresses);
        _inside.RaiseLink(index, inside);
    }

    void Return(MovedDevice device)
    {
        if (_inside.FindLink(device.IndexInside) is null)
        {
            return;
        }

        var index = _outside.FreeIndex(device.Before.Index);
        _inside.MoveLink(device.IndexInside, _host, device.Name, index);
        Restore(_outside, index, device.Name, device.Addresses);
        if (device.Before.IsUp)
        {
            _outside.RaiseLink(index, device.Name);
        }
    }

    static void Restore(Netlink network, int index, string name, List<NetworkAddress> addresses)
    {
        foreach (var address in addresses)
        {
            network.AddAddress(index, address, name);
        }
    }

    static string Explain(KernelException e) => (e.Call, e.Errno) switch
    {
        ("RTM_NEWLINK", Errno.EINVAL) => "this network device cannot change its network: it belongs to its namespace, as lo and some tunnels do",
        ("RTM_NEWLINK", Errno.EEXIST) => "the container's network has a device of this name already; choose another name",
        ("RTM_NEWADDR", Errno.EACCES) => "its IPv6 addresses cannot be set: IPv6 is switched off in the container's network",
        _ => e.Message,
    };

    /// <param name="Before">What it was on the host.</param>
    readonly record struct MovedDevice(string Field, string Name, NetworkLink Before, int IndexInside, List<NetworkAddress> Addresses);
}
