using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Ids of user namespaces, inside and outside.</summary>
public sealed class UserMappingsTests
{
    [Fact]
    public void The_kernels_map_is_read()
    {
        Assert.Equal([new IdMapping(0, 100000, 65536)], UserMappings.Parse("         0     100000      65536\n"));
        Assert.Equal([new IdMapping(0, 1, 2), new IdMapping(5, 0, 1)], UserMappings.Parse("0 1 2\n5 0 1\n"));
        Assert.Equal([new IdMapping(0, 0, uint.MaxValue)], UserMappings.Parse(File.ReadAllText("/proc/1/uid_map")));
        Assert.Empty(UserMappings.Parse(""));
    }

    [Fact]
    public void An_id_outside_is_found_for_each_that_is_mapped()
    {
        IdMapping[] mappings = [new(0, 1000, 10), new(10, 5, 1)];
        Assert.Equal(
            [1000, 1009, 5, null],
            ((uint[])[0, 9, 10, 11]).Select(id => (int?)UserMappings.ToHost(mappings, id)));
    }

    [Fact]
    public void Maps_of_a_namespace_that_the_container_makes_are_those_of_its_configuration()
    {
        var linux = new LinuxSpec { UidMappings = [new(0, 1, 2)], GidMappings = [new(0, 3, 4)], Namespaces = [new("user", null)] };
        Assert.Equal((linux.UidMappings, linux.GidMappings), UserMappings.Of(linux));
    }
}
