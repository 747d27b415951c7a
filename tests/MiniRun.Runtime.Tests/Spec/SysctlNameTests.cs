using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class SysctlNameTests
{
    [Theory]
    [InlineData("net.ipv4.ip_forward", "net.ipv4.ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net/ipv4/ip_forward", "net.ipv4.ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net/ipv4/conf/eth0.100/forwarding", "net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding")]
    [InlineData("net.ipv4.conf.eth0/100.forwarding", "net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding")]
    [InlineData("panic", "panic", "panic")]
    [InlineData("", "", "")]
    public void The_first_separator_says_what_separates(string name, string normal, string path)
    {
        Assert.Equal(normal, SysctlName.Normalize(name));
        Assert.Equal(normal, SysctlName.Normalize(normal));
        Assert.Equal(path, SysctlName.Path(normal));
    }

    [Theory]
    [InlineData("net.core.somaxconn", "network")]
    [InlineData("kernel.shm_rmid_forced", "ipc")]
    [InlineData("fs.mqueue.queues_max", "ipc")]
    [InlineData("kernel.domainname", "uts")]
    [InlineData("kernel.shm", null)]
    [InlineData("net", null)]
    [InlineData("net.//.vm.swappiness", null)]
    [InlineData("", null)]
    public void Only_parameters_of_a_namespace_belong_to_one(string name, string? type) => Assert.Equal(type, SysctlName.Namespace(name));
}
