using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

/// <summary>Network devices, asked of the kernel.</summary>
public sealed class NetlinkTests
{
    [Fact]
    public void A_device_is_found_by_name_and_by_number()
    {
        using var network = Netlink.Open();
        var loopback = network.FindLink("lo");
        Assert.Equal(1, loopback!.Value.Index);
        Assert.Equal(loopback, network.FindLink(1));
        Assert.Equal((File.ReadAllText("/sys/class/net/lo/flags").Trim() is var flags && Convert.ToInt32(flags, 16) % 2 == 1), loopback.Value.IsUp);
    }

    [Fact]
    public void A_device_that_is_not_there_is_no_error()
    {
        using var network = Netlink.Open();
        Assert.Null(network.FindLink("nothing-here"));
        Assert.Null(network.FindLink(int.MaxValue));
        Assert.Equal(int.MaxValue, network.FreeIndex(int.MaxValue));
        Assert.True(network.FreeIndex(1) > 1);
    }

    [Fact]
    public void The_addresses_of_a_device_are_read()
    {
        using var network = Netlink.Open();
        Assert.Contains(network.Addresses(1), address => address is { Family: 2, PrefixLength: 8, Local: [127, 0, 0, 1] } && !address.IsPermanentAndGlobal);
        Assert.Empty(network.Addresses(int.MaxValue));
    }

    [Fact]
    public void A_refused_change_names_the_call_and_the_device()
    {
        using var network = Netlink.Open();
        var error = Assert.Throws<KernelException>(() => network.RaiseLink(int.MaxValue, "nothing-here"));
        Assert.Equal(("RTM_NEWLINK", "nothing-here", Errno.ENODEV), (error.Call, error.Path, error.Errno));
    }

    [Fact]
    public void A_message_is_laid_out_as_the_kernel_reads_it()
    {
        var message = new NetlinkMessage(18, NetlinkFlags.Acknowledge).Add(0x11223344).Add(3, "lo").Add(7, 5).Add(9, (byte[]?)null);
        Assert.Equal(
            "24000000" + "1200" + "0500" + "07000000" + "00000000" + "44332211" + "0700" + "0300" + "6C6F0000" + "0800" + "0700" + "05000000",
            Convert.ToHexString(message.Finish(7)));
    }

    [Fact]
    public void Attributes_are_read_back_and_broken_ones_end_the_list()
    {
        var bytes = new NetlinkMessage(18, NetlinkFlags.None).Add(3, "abcd").Add(7, 5).Finish(1).ToArray().AsSpan(NetlinkMessage.HeaderSize);
        var whole = new NetlinkAttributes(bytes);
        Assert.True(whole.Next(out var type, out var content));
        Assert.Equal((3, "6162636400"), (type, Convert.ToHexString(content)));
        Assert.True(whole.Next(out type, out content));
        Assert.Equal((7, 5), (type, MemoryMarshal.Read<int>(content)));
        Assert.False(whole.Next(out _, out _));

        for (var length = 0; length < 9; length++)
        {
            Assert.False(new NetlinkAttributes(bytes[..length]).Next(out _, out _));
        }

        bytes[0] = 3;
        Assert.False(new NetlinkAttributes(bytes).Next(out _, out _));
    }
}
