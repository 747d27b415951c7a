using CsCheck;
using MiniRun.Runtime.Images;

namespace MiniRun.Runtime.Tests.Images;

public sealed class BaseImageTests
{
    [Fact]
    public void Libraries_are_the_paths_that_ldd_prints()
    {
        const string Output = "\tlinux-vdso.so.1 (0x00007ffd0b5f2000)\n\tlibtinfo.so.6 => /lib/x86_64-linux-gnu/libtinfo.so.6 (0x00007f0e)\n"
            + "\tlibgone.so.1 => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f0e)\n";
        Assert.Equal(["/lib/x86_64-linux-gnu/libtinfo.so.6", "/lib64/ld-linux-x86-64.so.2"], BaseImage.Libraries(Output));
        Assert.Empty(BaseImage.Libraries("\tstatically linked\n"));
    }

    [Fact]
    public void Every_library_is_found_in_any_output()
    {
        var name = Gen.String[Gen.Char['a', 'z'], 1, 12];
        Gen.Select(name, name.Array[1, 4], Gen.Int[0, 2]).Array[0, 12].Sample(libraries =>
        {
            var paths = libraries.Where(l => l.Item3 > 0).Select(l => "/" + string.Join('/', l.Item2));
            var output = string.Concat(libraries.Select(l => l.Item3 switch
            {
                0 => $"\t{l.Item1}.so (0x7f)\n",
                1 => $"\t/{string.Join('/', l.Item2)} (0x7f)\n",
                _ => $"\t{l.Item1}.so.1 => /{string.Join('/', l.Item2)} (0x7f)\n",
            }));
            Assert.Equal(paths, BaseImage.Libraries(output));
        });
    }

    [Fact]
    public async Task It_holds_what_a_shell_needs()
    {
        var entries = (await BaseImage.CollectAsync(TestContext.Current.CancellationToken)).ToDictionary(e => e.Path);
        Assert.Equal(0b111_101_101, Assert.IsType<FileEntry>(entries["bin/bash"]).Mode);
        Assert.Equal("/bin/busybox", Assert.IsType<LinkEntry>(entries["bin/sh"]).Target);
        Assert.True(Assert.IsType<FileEntry>(entries["etc/passwd"]).Content.AsSpan().StartsWith("root:x:0:0:"u8));
        Assert.Equal(0b001_111_111_111, Assert.IsType<FolderEntry>(entries["tmp"]).Mode);
        Assert.Equal(0b111_000_000, entries["root"].Mode);
        Assert.Contains(entries.Keys, path => path.Contains("ld-linux", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_entry_comes_once_and_after_its_parents()
    {
        var seen = new HashSet<string>();
        foreach (var entry in await BaseImage.CollectAsync(TestContext.Current.CancellationToken))
        {
            var slash = entry.Path.LastIndexOf('/');
            Assert.True(slash < 0 || seen.Contains(entry.Path[..slash]), entry.Path);
            Assert.False(entry.Path.StartsWith('/'));
            Assert.True(seen.Add(entry.Path), entry.Path);
        }
    }
}
