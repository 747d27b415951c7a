using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class FolderTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    Folder Folder => _place.Folder;

    public void Dispose() => _place.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        Folder.Write("file", "first and long"u8);
        Folder.Write("file", "second"u8);
        Assert.Equal("second"u8.ToArray(), Folder.Read("file"));
        Assert.Equal("second"u8.ToArray(), Folder.TryRead("file"));
        Assert.Null(Folder.TryRead("other"));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(_place["file"]));
    }

    [Fact]
    public void A_large_file_is_read_whole()
    {
        var content = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        Folder.Write("large", content);
        Assert.Equal(content, Folder.Read("large"));
    }

    [Fact]
    public void Writing_durably_replaces_and_leaves_no_temporary_file()
    {
        Folder.WriteDurably("file", "old"u8);
        Folder.WriteDurably("file", "new"u8, 0b110_100_100);
        Assert.Equal("new", _place.Read("file"));
        Assert.Equal(["file"], _place.Names);
    }

    [Fact]
    public void A_durable_write_that_fails_leaves_the_old_file()
    {
        Directory.CreateDirectory(_place["taken/inside"]);
        var error = Assert.Throws<KernelException>(() => Folder.WriteDurably("taken", "x"u8));
        Assert.Equal(Errno.EISDIR, error.Errno);
        Assert.True(Directory.Exists(_place["taken/inside"]));
    }

    [Fact]
    public void A_missing_file_is_named_with_its_folder()
    {
        var error = Assert.Throws<KernelException>(() => Folder.Read("missing"));
        Assert.Equal((Errno.ENOENT, $"{_place.Path}/missing", "open"), (error.Errno, error.Path, error.Call));
        Assert.Equal($"open {_place.Path}/missing: ENOENT (no such file or directory)", error.Message);
    }

    [Fact]
    public void A_link_in_the_last_component_is_never_followed()
    {
        _place.Write("target", "secret");
        Folder.Symlink("target", "link");
        Folder.Symlink(_place.Path, "folderlink");
        Assert.Equal(Errno.ELOOP, Assert.Throws<KernelException>(() => Folder.Read("link")).Errno);
        Assert.Equal(Errno.ELOOP, Assert.Throws<KernelException>(() => Folder.Write("link", "x"u8)).Errno);
        Assert.Throws<KernelException>(() => Folder.OpenFolder("folderlink"));
        Assert.Equal("secret", _place.Read("target"));
        Assert.Equal("target", new FileInfo(_place["link"]).LinkTarget);
    }

    [Fact]
    public void A_link_to_nothing_exists()
    {
        Folder.Symlink("nowhere", "link");
        Assert.True(Folder.Exists("link"));
        Assert.False(Folder.Exists("nowhere"));
        Assert.Equal(Errno.EEXIST, Assert.Throws<KernelException>(() => Folder.Symlink("other", "link")).Errno);
    }

    [Fact]
    public void Folders_are_made_once_or_where_they_are_missing()
    {
        using (Folder.CreateFolder("made", 0b111_101_000))
        {
            Assert.Equal(Errno.EEXIST, Assert.Throws<KernelException>(() => Folder.CreateFolder("made")).Errno);
        }

        using var again = Folder.EnsureFolder("made");
        Assert.Equal($"{_place.Path}/made", again.Path);
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => Folder.EnsureFolder("no/such")).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => Folder.OpenFolder("none")).Errno);
    }

    [Fact]
    public void A_whole_path_of_folders_is_made()
    {
        using (var deep = Folder.Ensure(_place["a/b/c"]))
        {
            deep.Write("file", "x"u8);
        }

        using var again = Folder.Ensure(_place["a/b/c"]);
        Assert.Equal("x"u8.ToArray(), again.Read("file"));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(again.Path));
        _place.Write("file", "");
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<KernelException>(() => Folder.Ensure(_place["file/below"])).Errno);
    }

    [Fact]
    public void Modes_are_set_whatever_the_umask()
    {
        Folder.Write("file", default);
        Folder.SetMode("file", 0b110_110_110);
        Assert.Equal((UnixFileMode)0b110_110_110, File.GetUnixFileMode(_place["file"]));
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => Folder.SetMode("none", 0)).Errno);
    }

    [Fact]
    public void Entries_move_over_what_is_there()
    {
        using var target = Folder.CreateFolder("target");
        Folder.Write("one", "1"u8);
        target.Write("two", "2"u8);
        Folder.RenameTo(target, "one", "two");
        Assert.Equal("1", _place.Read("target/two"));
        var error = Assert.Throws<KernelException>(() => Folder.Rename("one", "three"));
        Assert.Equal($"{_place.Path}/one -> {_place.Path}/three", error.Path);
    }

    [Fact]
    public void Deleting_what_is_not_there_is_no_error()
    {
        Folder.Delete("none");
        Folder.DeleteFolder("none");
        Folder.DeleteTree("none");
        _place.Write("folder/file", "");
        Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => Folder.Delete("folder")).Errno);
        var error = Assert.Throws<KernelException>(() => Folder.DeleteFolder("folder"));
        Assert.Equal((Errno.ENOTEMPTY, "rmdir"), (error.Errno, error.Call));
    }

    [Fact]
    public void A_tree_is_deleted_without_following_its_links()
    {
        _place.Write("outside/keep", "kept");
        _place.Write("tree/sub/deeper/file", "");
        _place.Write("tree/file", "");
        Directory.CreateSymbolicLink(_place["tree/sub/link"], _place["outside"]);
        Folder.DeleteTree("tree");
        Assert.Equal(["outside", "outside/keep"], _place.Names);
    }

    [Fact]
    public void A_link_is_no_tree()
    {
        _place.Write("outside/keep", "kept");
        Folder.Symlink("outside", "link");
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<KernelException>(() => Folder.DeleteTree("link")).Errno);
        Assert.Equal("kept", _place.Read("outside/keep"));
    }

    [Fact]
    public void A_tree_may_be_deeper_than_a_stack_is_large()
    {
        // A container decides how deep its writable layer is; deleting it must neither run out of stack nor of descriptors.
        const int Depth = 20_000;
        var root = $"/dev/shm/{Path.GetFileName(_place.Path)}";
        var current = Folder.Ensure(root);
        for (var level = 0; level < Depth; level++)
        {
            current.Write("file", default);
            current.CreateFolder("d").Dispose();
            // Not by CreateFolder itself, whose path, which is only for messages, would grow with every level.
            var next = Folder.Open($"/proc/self/fd/{Files.Number(current.Handle)}/d");
            current.Dispose();
            current = next;
        }

        current.Dispose();
        using var memory = Folder.Open("/dev/shm");
        var thread = new Thread(() => memory.DeleteTree(Path.GetFileName(root)), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void All_of_many_entries_are_listed_with_their_kinds()
    {
        for (var i = 0; i < 1200; i++)
        {
            Folder.Write($"entry with a name of some length, number {i}", default);
        }

        Folder.CreateFolder("folder").Dispose();
        Folder.Symlink("x", "link");
        var entries = Folder.List();
        Assert.Equal(1202, entries.Select(e => e.Name).Distinct().Count());
        Assert.Equal(EntryKind.Folder, entries.Find(e => e.Name == "folder").Kind);
        Assert.Equal(EntryKind.Link, entries.Find(e => e.Name == "link").Kind);
        Assert.Equal(1200, entries.Count(e => e.Kind == EntryKind.File));
        // A second look begins at the beginning.
        Assert.Equal(1202, Folder.List().Count);
    }

    [Fact]
    public void A_folder_is_what_was_opened_and_not_its_name()
    {
        using var opened = Folder.CreateFolder("first");
        Folder.Rename("first", "moved");
        Folder.CreateFolder("first").Dispose();
        opened.Write("file", "x"u8);
        Assert.Equal("x", _place.Read("moved/file"));
        Assert.False(File.Exists(_place["first/file"]));
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        _place.Write("file", "");
        var error = Assert.Throws<KernelException>(() => Folder.Open(_place["file"]));
        Assert.Equal(Errno.ENOTDIR, error.Errno);
    }
}
