using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class SystemdPlaceTests
{
    [Theory]
    [InlineData(null, "system.slice", "minirun-one.scope", "system.slice/minirun-one.scope")]
    [InlineData("", "system.slice", "minirun-one.scope", "system.slice/minirun-one.scope")]
    [InlineData("machine.slice:libpod:abc", "machine.slice", "libpod-abc.scope", "machine.slice/libpod-abc.scope")]
    [InlineData("a-b-c.slice:cri:x", "a-b-c.slice", "cri-x.scope", "a.slice/a-b.slice/a-b-c.slice/cri-x.scope")]
    [InlineData("-.slice::x", "-.slice", "x.scope", "x.scope")]
    [InlineData(":p:", "system.slice", "p-one.scope", "system.slice/p-one.scope")]
    public void A_path_names_slice_prefix_and_name(string? path, string slice, string scope, string folder)
    {
        var place = SystemdPlace.Parse(path, "one");
        Assert.Equal((slice, scope, folder), (place.Slice, place.Scope, place.Path));
    }

    [Theory]
    [InlineData("/minirun/one")]
    [InlineData("machine.slice:x")]
    [InlineData("a:b:c:d")]
    [InlineData("machine:p:n")]
    [InlineData(".slice:p:n")]
    [InlineData("-a.slice:p:n")]
    [InlineData("a-.slice:p:n")]
    [InlineData("a--b.slice:p:n")]
    [InlineData("../a.slice:p:n")]
    [InlineData("a.slice:../p:n")]
    [InlineData("a.slice:p:n/../..")]
    [InlineData("a.slice:p:n+1")]
    [InlineData("a.slice:p:n 1")]
    [InlineData("a b.slice:p:n")]
    [InlineData("a.slice:p:\u00e4")]
    public void A_path_of_another_form_is_refused(string path) =>
        Assert.Equal("$.linux.cgroupsPath", Assert.Throws<CgroupException>(() => SystemdPlace.Parse(path, "one")).Field);

    [Fact]
    public void A_name_that_systemd_does_not_take_is_refused_before_it_is_asked()
    {
        Assert.Equal(
            "$.linux.cgroupsPath: \"minirun-a+b.scope\" must be the name of a unit of systemd: letters, digits and : - _ . \\ @ alone; name another as \"slice:prefix:name\"",
            Assert.Throws<CgroupException>(() => SystemdPlace.Parse(null, "a+b")).Message);
        Assert.Equal(255, SystemdPlace.Parse(null, new string('a', 241)).Scope.Length);
        Assert.StartsWith("$.linux.cgroupsPath: ", Assert.Throws<CgroupException>(() => SystemdPlace.Parse(null, new string('a', 242))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a-b-c.slice:cri:x")]
    [InlineData("-.slice::x")]
    public void A_place_is_known_from_its_cgroup(string? path)
    {
        var place = SystemdPlace.Parse(path, "one");
        Assert.Equal(place, SystemdPlace.At(place.Path));
    }
}
