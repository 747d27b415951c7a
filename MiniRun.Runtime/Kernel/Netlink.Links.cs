using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>A network device of a namespace.</summary>
/// <param name="Index">Its number in that namespace; it may get another when it moves.</param>
readonly record struct NetworkLink(int Index, bool IsUp);

sealed partial class Netlink
{
    const ushort NewLink = 16;
    const ushort GetLink = 18;
    const ushort LinkName = 3;
    const ushort LinkNamespace = 28;
    const ushort LinkNewIndex = 49;
    const uint Up = 1;

    /// <summary>The device of a name; null when there is none.</summary>
    public NetworkLink? FindLink(string name) => Find(new NetlinkMessage(GetLink, NetlinkFlags.Acknowledge).Add(default(LinkHeader)).Add(LinkName, name), name);

    /// <summary>The device of a number; null when there is none.</summary>
    public NetworkLink? FindLink(int index) => Find(new NetlinkMessage(GetLink, NetlinkFlags.Acknowledge).Add(new LinkHeader { Index = index }), null);

    /// <summary>A number that no device has yet.</summary>
    /// <param name="wanted">Is taken when it is free.</param>
    public int FreeIndex(int wanted)
    {
        while (FindLink(wanted) is not null)
        {
            wanted++;
        }

        return wanted;
    }

    /// <summary>Moves a device into another network namespace, which takes it down and its addresses away.</summary>
    /// <param name="name">Its name there; with <c>%d</c> in it the kernel chooses a number.</param>
    /// <param name="newIndex">Its number there, which must be free.</param>
    /// <exception cref="KernelException">EEXIST when the name is taken there, EINVAL when the device is bound to its namespace.
    /// It may have moved nevertheless: <see cref="FindLink(int)"/> tells.</exception>
    public void MoveLink(int index, SafeFileHandle networkNamespace, string name, int newIndex) =>
        Change(
            new NetlinkMessage(NewLink, NetlinkFlags.Acknowledge)
                .Add(new LinkHeader { Index = index })
                .Add(LinkNamespace, Files.Number(networkNamespace))
                .Add(LinkName, name)
                .Add(LinkNewIndex, newIndex),
            "RTM_NEWLINK",
            name);

    /// <summary>Sets IFF_UP.</summary>
    public void RaiseLink(int index, string name) =>
        Change(new NetlinkMessage(NewLink, NetlinkFlags.Acknowledge).Add(new LinkHeader { Index = index, Flags = Up, Change = Up }), "RTM_NEWLINK", name);

    NetworkLink? Find(NetlinkMessage request, string? name)
    {
        NetworkLink? found = null;
        var errno = Request(request, body =>
        {
            var header = MemoryMarshal.Read<LinkHeader>(body);
            found = new NetworkLink(header.Index, (header.Flags & Up) != 0);
        });
        return errno is Errno.None or Errno.ENODEV ? found : throw new KernelException("RTM_GETLINK", name, errno);
    }

    void Change(NetlinkMessage request, string call, string name)
    {
        if (Request(request) is not Errno.None and var errno)
        {
            throw new KernelException(call, name, errno);
        }
    }

    /// <summary>struct ifinfomsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct LinkHeader
    {
        public byte Family;
        public byte Padding;
        public ushort Type;
        public int Index;
        public uint Flags;
        public uint Change;
    }
}
