using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupTreeTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Those_above_are_entered_first_and_left_last()
    {
        Array.ForEach(["a/b", "a/c", "d"], name => Directory.CreateDirectory($"{_place.Path}/{name}"));
        var (entered, left) = (new List<string>(), new List<string>());
        CgroupTree.Visit(_place.Path, folder => entered.Add(Directory.GetFileSystemEntries($"/proc/self/fd/{folder.Handle.DangerousGetHandle()}").Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), (_, name) => left.Add(name));
        Assert.Equal("2", entered[0]);
        Assert.Equal(5, entered.Count);
        Assert.Equal(["a", "b", "c", "d"], left.Order());
        Assert.True(left.IndexOf("b") < left.IndexOf("a") && left.IndexOf("c") < left.IndexOf("a"));
    }

    [Fact]
    public void One_that_somebody_removes_meanwhile_is_empty()
    {
        Directory.CreateDirectory($"{_place.Path}/first/second");
        var left = new List<string>();
        CgroupTree.Visit(
            _place.Path,
            folder =>
            {
                if (folder.Exists("second"))
                {
                    Directory.Delete($"{_place.Path}/first", recursive: true);
                }
            },
            (_, name) => left.Add(name));
        Assert.Equal(["first"], left);
    }

    [Fact]
    public void One_that_is_not_there_is_not_visited() => CgroupTree.Visit($"{_place.Path}/nothing", _ => Assert.Fail("visited"), null);
}
