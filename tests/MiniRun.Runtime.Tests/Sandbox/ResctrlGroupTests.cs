using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Intel RDT, with plain files where the kernel would have its own.</summary>
public sealed class ResctrlGroupTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public ResctrlGroupTests()
    {
        _place.Write("schemata", "    L3:0=7ff;1=7ff\n    MB:0=100;1=100\n");
        _place.Write("tasks", "");
        Directory.CreateDirectory(_place["mon_groups"]);
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_container_without_a_name_for_it_gets_a_class_of_its_own()
    {
        var group = Create(new IntelRdtSpec(null, ["L2:0=f"], "L3:0=7f0;1=1f", "MB:0=20;1=70", false));
        Assert.Equal("L3:0=7f0;1=1f\nMB:0=20;1=70\nL2:0=f\n", _place.Read("id/schemata"));
        group.Add(42);
        Assert.Equal("42", _place.Read("id/tasks"));
    }

    [Fact]
    public void The_bandwidth_of_the_older_field_gives_way()
    {
        Create(new IntelRdtSpec(null, [], "MB:0=10", "MB:0=20", false));
        Assert.Equal("MB:0=20\n", _place.Read("id/schemata"));
    }

    [Fact]
    public void Without_schemata_none_are_written()
    {
        Create(new IntelRdtSpec(null, [], null, null, false));
        Assert.True(Directory.Exists(_place["id"]));
        Assert.False(File.Exists(_place["id/schemata"]));
    }

    [Fact]
    public void A_named_class_is_made_when_there_is_a_schema_for_it()
    {
        Create(new IntelRdtSpec("gold", [], "L3:0=f", null, false)).Add(42);
        Assert.Equal(("L3:0=f\n", "42"), (_place.Read("gold/schemata"), _place.Read("gold/tasks")));
    }

    [Fact]
    public void A_named_class_that_exists_is_used_and_stays_as_it_is()
    {
        _place.Write("gold/schemata", "    L3:0=00f;1=7ff\n    MB:0= 20;1=100\n");
        Create(new IntelRdtSpec("gold", [], "L3:0=F", "MB:0=20", false)).Add(42);
        Assert.Equal("42", _place.Read("gold/tasks"));
        Assert.Equal("    L3:0=00f;1=7ff\n    MB:0= 20;1=100\n", _place.Read("gold/schemata"));
    }

    [Fact]
    public void The_root_is_a_class_too()
    {
        Create(new IntelRdtSpec("/", [], null, null, true)).Add(42);
        Assert.Equal(("42", "42"), (_place.Read("tasks"), _place.Read("mon_groups/id/tasks")));
    }

    [Fact]
    public void Monitoring_gets_a_group_of_its_own()
    {
        _place.Write("gold/schemata", "L3:0=f\n");
        Directory.CreateDirectory(_place["gold/mon_groups"]);
        Create(new IntelRdtSpec("gold", [], null, null, true)).Add(42);
        Assert.Equal(("42", "42"), (_place.Read("gold/tasks"), _place.Read("gold/mon_groups/id/tasks")));
    }

    [Fact]
    public void What_is_the_containers_own_goes_with_it()
    {
        Directory.CreateDirectory(_place["id"]);
        Directory.CreateDirectory(_place["gold/mon_groups/id"]);
        ResctrlGroup.Remove(new IntelRdtSpec("gold", [], null, null, true), "id", _place.Path);
        Assert.True(Directory.Exists(_place["gold/mon_groups"]));
        Assert.False(Directory.Exists(_place["gold/mon_groups/id"]));
        Assert.True(Directory.Exists(_place["id"]));
        ResctrlGroup.Remove(new IntelRdtSpec(null, [], null, null, false), "id", _place.Path);
        Assert.False(Directory.Exists(_place["id"]));
        ResctrlGroup.Remove(new IntelRdtSpec(null, [], null, null, false), "id", _place.Path);
    }

    [Fact]
    public void A_failure_leaves_nothing_behind()
    {
        // There is no folder for monitors in a plain one.
        var error = Assert.Throws<SpecException>(() => Create(new IntelRdtSpec(null, [], null, null, true)));
        Assert.Equal("$.linux.intelRdt", error.Path);
        Assert.False(Directory.Exists(_place["id"]));
    }

    [Theory]
    [InlineData("silver", null, "$.linux.intelRdt.closID: there is no class of service \"silver\", and no schema to make it with")]
    [InlineData("gold", "L3:0=e", "$.linux.intelRdt: the class of service in ")]
    [InlineData("gold", "L3:2=f", "exists with other schemata than \"L3:2=f\"")]
    [InlineData("gold", "L2:0=f", "exists with other schemata than \"L2:0=f\"")]
    public void A_class_that_is_not_as_wanted_is_refused(string name, string? schema, string expected)
    {
        _place.Write("gold/schemata", "    L3:0=00f;1=7ff\n");
        Assert.Contains(expected, Assert.Throws<SpecException>(() => Create(new IntelRdtSpec(name, [], schema, null, false))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_filesystem_there_is_one_clear_error()
    {
        File.Delete(_place["schemata"]);
        var error = Assert.Throws<SpecException>(() => Create(new IntelRdtSpec(null, [], "L3:0=f", null, false)));
        Assert.StartsWith("$.linux.intelRdt: no resctrl filesystem is mounted on ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_wants_nothing_gets_nothing() => Assert.Null(ResctrlGroup.Create(null, "id", "/not/there"));

    ResctrlGroup Create(IntelRdtSpec rdt) => ResctrlGroup.Create(rdt, "id", _place.Path)!;
}
