using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

[Trait("Category", "Integration")]
public sealed class ReadOnlyBindTests : IDisposable
{
    readonly TemporaryFolder _place = new();
    readonly Folder _views;

    public ReadOnlyBindTests()
    {
        _views = _place.Folder.CreateFolder("views");
        _place.Write("program", "one");
    }

    public void Dispose()
    {
        ReadOnlyBind.Remove(_place["views/program"]);
        _views.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void A_view_shows_the_file_and_cannot_be_written()
    {
        var view = ReadOnlyBind.Ensure(_place["program"], _views);
        Assert.Equal(_place["views/program"], view);
        Assert.Equal("one", File.ReadAllText(view));
        Assert.Equal(Errno.EROFS, Assert.Throws<KernelException>(() => Files.OpenPath(view, Open.WriteOnly)).Errno);
    }

    [Fact]
    public void The_file_itself_can_be_written()
    {
        // The control of the test above: it is the view that protects, not the file's mode.
        var view = ReadOnlyBind.Ensure(_place["program"], _views);
        Files.OpenPath(_place["program"], Open.WriteOnly).Dispose();
        _place.Write("program", "two");
        Assert.Equal("two", File.ReadAllText(view));
    }

    [Fact]
    public void A_view_of_the_same_file_stays()
    {
        ReadOnlyBind.Ensure(_place["program"], _views);
        ReadOnlyBind.Ensure(_place["program"], _views);
        Assert.Single(Mounts());
    }

    [Fact]
    public void A_view_of_an_older_file_is_replaced()
    {
        ReadOnlyBind.Ensure(_place["program"], _views);
        _place.Write("new", "new");
        _place.Folder.Rename("new", "program");
        var view = ReadOnlyBind.Ensure(_place["program"], _views);
        Assert.Equal("new", File.ReadAllText(view));
        Assert.Single(Mounts());
    }

    [Fact]
    public void A_view_is_removed()
    {
        var view = ReadOnlyBind.Ensure(_place["program"], _views);
        ReadOnlyBind.Remove(view);
        Assert.Empty(Mounts());
        Assert.Equal("", File.ReadAllText(view));
    }

    [Fact]
    public void What_does_not_exist_has_no_view() =>
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => ReadOnlyBind.Ensure(_place["none"], _views)).Errno);

    IEnumerable<string> Mounts() => File.ReadLines("/proc/self/mountinfo").Where(line => line.Split(' ')[4] == _place["views/program"]);
}
