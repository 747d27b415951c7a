using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class MountStepTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_filesystem_is_known_by_its_type()
    {
        using var proc = Files.OpenPath("/proc/self", Open.Path);
        Assert.Equal(0, Run(MountStep.RequireFilesystem, proc, FilesystemMagic.Proc));
        Assert.Equal(-(long)Errno.EXDEV, Run(MountStep.RequireFilesystem, proc, FilesystemMagic.Sysfs));
        Assert.Equal(0, Run(MountStep.RefuseFilesystem, proc, FilesystemMagic.Sysfs));
        for (var place = 0; place < 5; place++)
        {
            var refused = new ulong[5];
            refused[place] = FilesystemMagic.Proc;
            Assert.Equal(-(long)Errno.EXDEV, Run(MountStep.RefuseFilesystem, proc, refused));
        }
    }

    [Theory]
    [InlineData("/dev/null", FileFacts.CharacterDevice, 1, 3, true)]
    [InlineData("/dev/null", FileFacts.CharacterDevice, 1, 5, false)]
    [InlineData("/dev/null", FileFacts.CharacterDevice, 2, 3, false)]
    [InlineData("/dev/null", FileFacts.BlockDevice, 1, 3, false)]
    [InlineData("/etc/passwd", FileFacts.CharacterDevice, 1, 3, false)]
    public void A_device_is_known_by_its_kind_and_numbers(string path, int kind, uint major, uint minor, bool isSame)
    {
        using var file = Files.OpenPath(path, Open.Path);
        Assert.Equal(isSame ? 0 : -(long)Errno.EEXIST, Run(MountStep.RequireDevice, file, (ulong)kind, major, minor));
    }

    [Fact]
    public void A_folder_takes_over_the_permissions_of_another()
    {
        Directory.CreateDirectory(_place["from"], (UnixFileMode)0b111_000_000);
        Directory.CreateDirectory(_place["to"]);
        File.SetUnixFileMode(_place["from"], (UnixFileMode)0b001_111_101_000);
        using var from = Files.OpenPath(_place["from"], Open.Path);
        using var to = Files.OpenPath(_place["to"], Open.Path);
        Assert.Equal(0, Run(MountStep.InheritMode, to, (ulong)Files.Number(from)));
        Assert.Equal((UnixFileMode)0b001_111_101_000, File.GetUnixFileMode(_place["to"]));
    }

    [Fact]
    public void A_tree_is_copied_and_too_deep_a_one_refused()
    {
        Directory.CreateDirectory(_place["from/a/b"]);
        _place.Write("from/a/b/text", "content");
        _place.Write("from/empty", "");
        File.CreateSymbolicLink(_place["from/link"], "/to/nowhere");
        Directory.CreateDirectory(_place["to"]);
        Assert.Equal(0, Copy("from", "to"));
        Assert.Equal(["a", "a/b", "a/b/text", "empty", "link"], _place.Names.Where(n => n.StartsWith("to/", StringComparison.Ordinal)).Select(n => n[3..]));
        Assert.Equal("content", _place.Read("to/a/b/text"));
        Assert.Equal("/to/nowhere", new FileInfo(_place["to/link"]).LinkTarget);
        // What is there already stays, and what is new comes to it.
        _place.Write("to/empty", "kept");
        _place.Write("from/a/new", "new");
        Assert.Equal(0, Copy("from", "to"));
        Assert.Equal(("kept", "new"), (_place.Read("to/empty"), _place.Read("to/a/new")));

        Directory.CreateDirectory(_place["deep/" + string.Join('/', Enumerable.Repeat("d", 128))]);
        Directory.CreateDirectory(_place["other"]);
        Assert.Equal(-(long)Errno.ENAMETOOLONG, Copy("deep", "other"));
    }

    [Fact]
    public void An_unknown_step_is_an_error()
    {
        using var file = Files.OpenPath("/", Open.Path);
        Assert.Equal(-(long)Errno.ENOSYS, Run(MountStep.First - 100, file));
    }

    long Copy(string from, string to)
    {
        using var source = Files.OpenPath(_place[from], Open.Path);
        using var target = Files.OpenPath(_place[to], Open.Path);
        return Run(MountStep.CopyTree, source, (ulong)Files.Number(target));
    }

    static long Run(int step, Microsoft.Win32.SafeHandles.SafeFileHandle file, params ulong[] arguments)
    {
        var all = new ulong[5];
        arguments.CopyTo(all, 0);
        return MountStep.Run(step, (ulong)Files.Number(file), all[0], all[1], all[2], all[3], all[4]);
    }
}
