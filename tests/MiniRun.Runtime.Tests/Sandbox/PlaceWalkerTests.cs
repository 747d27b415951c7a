using System.Text;
using CsCheck;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed unsafe class PlaceWalkerTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    string Root => _place["root"];

    public PlaceWalkerTests() => Directory.CreateDirectory(Root);

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("a/b/c", "/a/b/c")]
    [InlineData("./a//b/.", "/a/b")]
    [InlineData("a/../b", "/b")]
    [InlineData("../../b", "/b")]
    [InlineData(".", "")]
    public void Folders_are_made_on_the_way(string path, string expected)
    {
        Assert.Equal(Root + expected, Make(path, isFolder: true));
        Assert.True(Directory.Exists(Root + expected));
    }

    [Fact]
    public void A_file_is_made_in_folders_and_left_alone_when_it_is_there()
    {
        Assert.Equal(Root + "/a/file", Make("a/file", isFolder: false));
        Assert.Equal("", File.ReadAllText(Root + "/a/file"));
        File.WriteAllText(Root + "/a/file", "kept");
        Assert.Equal(Root + "/a/file", Make("a/file", isFolder: false));
        Assert.Equal("kept", File.ReadAllText(Root + "/a/file"));
    }

    [Theory]
    [InlineData("/else/where", "/else/where/x")]
    [InlineData("else/where", "/else/where/x")]
    [InlineData("../../else", "/else/x")]
    [InlineData("missing/../else", "/else/x")]
    [InlineData("second", "/third/x")]
    [InlineData("/", "/x")]
    public void A_link_to_nowhere_names_what_is_made(string target, string expected)
    {
        File.CreateSymbolicLink(Root + "/link", target);
        File.CreateSymbolicLink(Root + "/second", "/third");
        Assert.Equal(Root + expected, Make("link/x", isFolder: true));
        Assert.Equal(["root"], Directory.GetFileSystemEntries(_place.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_to_nowhere_can_be_the_place_itself()
    {
        File.CreateSymbolicLink(Root + "/link", "/folder/file");
        Assert.Equal(Root + "/folder/file", Make("link", isFolder: false));
    }

    [Fact]
    public void Links_can_be_refused()
    {
        Directory.CreateDirectory(Root + "/real");
        File.CreateSymbolicLink(Root + "/link", "real");
        Assert.Equal(Errno.ELOOP, Fail("link/x", OpenHow.NoSymlinks));
        Assert.Equal(Root + "/real/x", Make("link/x", isFolder: true));
    }

    [Fact]
    public void Links_in_a_circle_are_an_error()
    {
        File.CreateSymbolicLink(Root + "/a", "b");
        File.CreateSymbolicLink(Root + "/b", "a");
        Assert.Equal(Errno.ELOOP, Fail("a/x"));
    }

    [Fact]
    public void A_file_on_the_way_is_an_error()
    {
        File.WriteAllText(Root + "/file", "");
        Assert.Equal(Errno.ENOTDIR, Fail("file/x"));
        Assert.Equal(Errno.ENOTDIR, Fail("file"));
    }

    [Fact]
    public void A_path_that_is_too_long_is_an_error()
    {
        Assert.Equal(Errno.ENAMETOOLONG, Fail(string.Join('/', Enumerable.Repeat("abc", 1100))));
        File.CreateSymbolicLink(Root + "/long", string.Join('/', Enumerable.Repeat("ab", 1000)));
        Assert.Equal(Errno.ENAMETOOLONG, Fail("long/" + string.Join('/', Enumerable.Repeat("ab", 500))));
    }

    [Fact]
    public void Whatever_the_links_say_the_place_lies_inside_and_is_the_one_that_the_kernel_finds()
    {
        string[] names = ["a", "b", "c", "link1", "link2", "link3", "..", "."];
        string[] starts = ["", "/", "../"];
        var parts = Gen.Int[0, names.Length - 1].Select(i => names[i]);
        var paths = parts.Array[1, 5].Select(p => string.Join('/', p));
        var targets = Gen.Select(Gen.Int[0, starts.Length - 1], paths).Select(t => starts[t.Item1] + t.Item2);
        Gen.Select(targets, targets, targets, paths).Sample(
            (first, second, third, path) =>
            {
                using var folder = new TemporaryFolder();
                var root = folder["root"];
                Directory.CreateDirectory(root + "/a/b");
                File.CreateSymbolicLink(root + "/link1", first);
                File.CreateSymbolicLink(root + "/a/link2", second);
                File.CreateSymbolicLink(root + "/a/b/link3", third);
                using var handle = Files.OpenPath(root, Open.Path | Files.Directory);
                var made = Walk(handle, path, Files.Directory, 0);
                Assert.Equal(["root"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
                if (made < 0)
                {
                    Assert.Contains((Errno)(-made), (Errno[])[Errno.ELOOP, Errno.ENOTDIR]);
                    return;
                }

                Assert.StartsWith(root + "/", Target(made) + "/", StringComparison.Ordinal);
                // Now that everything exists, openat2(2) must come to the same folder.
                using var arena = new Arena();
                var how = arena.Structure(new OpenHow { Flags = (ulong)(Open.Path | Open.CloseOnExec), Resolve = OpenHow.InRoot });
                var found = MountStep.Run(MountStep.Resolve, (ulong)Files.Number(handle), (ulong)arena.Text(path), (ulong)how, (ulong)sizeof(OpenHow), 0, 0);
                Assert.True(found >= 0);
                Assert.Equal(Target(made), Target(found));
                Close(made);
                Close(found);
            },
            iter: 300, threads: 1);
    }

    string Make(string path, bool isFolder)
    {
        using var root = Files.OpenPath(Root, Open.Path | Files.Directory);
        var made = Walk(root, path, isFolder ? Files.Directory : Open.Path, 0);
        Assert.True(made >= 0, ((Errno)(-made)).Name());
        var target = Target(made);
        Close(made);
        return target;
    }

    Errno Fail(string path, ulong resolve = 0)
    {
        using var root = Files.OpenPath(Root, Open.Path | Files.Directory);
        var before = OpenDescriptors();
        var made = Walk(root, path, Files.Directory, resolve);
        Assert.Equal(before, OpenDescriptors());
        Assert.True(made < 0);
        return (Errno)(-made);
    }

    static long Walk(Microsoft.Win32.SafeHandles.SafeFileHandle root, string path, Open flags, ulong resolve)
    {
        using var arena = new Arena();
        var scratch = arena.Allocate(PlaceWalker.ScratchSize);
        return MountStep.Run(MountStep.MakePlace, (ulong)Files.Number(root), (ulong)arena.Text(path), (ulong)flags, resolve, (ulong)scratch, 0);
    }

    /// <summary>Those below this test's folder: other tests open and close their own meanwhile.</summary>
    int OpenDescriptors() =>
        Directory.GetFileSystemEntries("/proc/self/fd").Count(fd =>
            new FileInfo(fd).LinkTarget is { } target && target.StartsWith(_place.Path, StringComparison.Ordinal));

    static string Target(long descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget!;

    static void Close(long descriptor) => Syscall.Invoke(SyscallNumber.Close, (ulong)descriptor);
}
