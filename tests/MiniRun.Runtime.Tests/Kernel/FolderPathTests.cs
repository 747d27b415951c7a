using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class FolderPathTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_folder_is_made_once_and_removed_once_or_more()
    {
        Assert.False(Folder.PathExists(_place["a"]));
        Assert.True(Folder.TryMake(_place["a"], 0b111_101_101));
        Assert.False(Folder.TryMake(_place["a"], 0b111_101_101));
        Assert.True(Folder.PathExists(_place["a"]));
        Folder.Remove(_place["a"]);
        Folder.Remove(_place["a"]);
        Assert.Empty(_place.Names);
    }

    [Fact]
    public void What_is_above_is_not_made_and_what_is_full_not_removed()
    {
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => Folder.TryMake(_place["a/b"], 0b111_101_101)).Errno);
        _place.Write("a/b", "");
        Assert.Equal(Errno.ENOTEMPTY, Assert.Throws<KernelException>(() => Folder.Remove(_place["a"])).Errno);
    }

    [Fact]
    public void Steps_lead_down_and_up_under_one_name()
    {
        _place.Write("a/b/c", "x");
        using var down = _place.Folder.Step("a");
        using var deeper = down.Step("b");
        Assert.Equal("x"u8.ToArray(), deeper.Read("c"));
        Assert.Equal(_place.Path, deeper.Path);
        using var up = deeper.Step("..");
        Assert.True(up.Exists("b"));
        Assert.Throws<KernelException>(() => up.Step("missing"));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void An_entry_and_the_folder_itself_are_given_away()
    {
        _place.Write("file", "");
        _place.Folder.GiveTo("file", 4321);
        _place.Folder.GiveTo(".", 4322);
        Assert.Equal((4321U, 4322U), (Owner(_place["file"]), Owner(_place.Path)));
        Assert.Throws<KernelException>(() => _place.Folder.GiveTo("missing", 1));
    }

    static uint Owner(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u", path]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        return uint.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
