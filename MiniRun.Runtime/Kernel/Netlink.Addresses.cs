using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>An address of a network device. The parts are as the kernel gives and takes them; null where it has none.</summary>
/// <param name="Local">The device's own, where it differs from <paramref name="Address"/>, which then is its peer's.</param>
/// <param name="Flags">IFA_F_*.</param>
/// <param name="Scope">RT_SCOPE_*: 0 is valid everywhere.</param>
sealed record NetworkAddress(
    byte Family, byte PrefixLength, byte Scope, uint Flags, byte[]? Address, byte[]? Local, byte[]? Broadcast, byte[]? Priority)
{
    const uint Permanent = 0x80;

    /// <summary>Whether somebody set it for good, and for the world: not one that the kernel makes itself when the device is up.</summary>
    public bool IsPermanentAndGlobal => Scope == 0 && (Flags & Permanent) != 0;
}

sealed partial class Netlink
{
    const ushort NewAddress = 20;
    const ushort GetAddress = 22;
    const ushort AddressItself = 1;
    const ushort AddressLocal = 2;
    const ushort AddressBroadcast = 4;
    const ushort AddressFlags = 8;
    const ushort AddressPriority = 9;

    /// <summary>IFA_F_NODAD, HOMEADDRESS, MANAGETEMPADDR, NOPREFIXROUTE and MCAUTOJOIN: what one asks for; the others tell what became of it.</summary>
    const uint WantedFlags = 0x2 | 0x10 | 0x100 | 0x200 | 0x400;

    /// <summary>All addresses of a device, in the order in which they were set.</summary>
    public List<NetworkAddress> Addresses(int index)
    {
        List<NetworkAddress> addresses = [];
        Dump(
            () => new NetlinkMessage(GetAddress, NetlinkFlags.Dump).Add(default(AddressHeader)),
            addresses.Clear,
            body =>
            {
                if (MemoryMarshal.Read<AddressHeader>(body) is var header && header.Index == index)
                {
                    addresses.Add(ReadAddress(header, body));
                }
            });
        return addresses;
    }

    /// <param name="name">The device's, for an error.</param>
    /// <exception cref="KernelException">EACCES when the family is switched off in this namespace.</exception>
    public void AddAddress(int index, NetworkAddress address, string name)
    {
        var header = new AddressHeader
        {
            Family = address.Family,
            PrefixLength = address.PrefixLength,
            Flags = (byte)(address.Flags & WantedFlags & byte.MaxValue),
            Scope = address.Scope,
            Index = index,
        };
        Change(
            new NetlinkMessage(NewAddress, NetlinkFlags.Acknowledge | NetlinkFlags.Create | NetlinkFlags.Exclusive)
                .Add(header)
                .Add(AddressItself, address.Address)
                .Add(AddressLocal, address.Local)
                .Add(AddressBroadcast, address.Broadcast)
                .Add(AddressFlags, (int)(address.Flags & WantedFlags))
                .Add(AddressPriority, address.Priority),
            "RTM_NEWADDR",
            name);
    }

    static NetworkAddress ReadAddress(AddressHeader header, ReadOnlySpan<byte> body)
    {
        var address = new NetworkAddress(header.Family, header.PrefixLength, header.Scope, header.Flags, null, null, null, null);
        var attributes = new NetlinkAttributes(body[Unsafe.SizeOf<AddressHeader>()..]);
        while (attributes.Next(out var type, out var content))
        {
            address = type switch
            {
                AddressItself => address with { Address = content.ToArray() },
                AddressLocal => address with { Local = content.ToArray() },
                AddressBroadcast => address with { Broadcast = content.ToArray() },
                AddressFlags => address with { Flags = MemoryMarshal.Read<uint>(content) },
                AddressPriority => address with { Priority = content.ToArray() },
                _ => address,
            };
        }

        return address;
    }

    /// <summary>struct ifaddrmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct AddressHeader
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }
}
