using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class FilesTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Writing_goes_on_until_everything_is_written()
    {
        var (read, write) = Pipes.Create();
        using (read)
        {
            // More than a pipe holds, so that the first write cannot take everything.
            var sent = new byte[300_000];
            Random.Shared.NextBytes(sent);
            var writer = Task.Run(
                () =>
                {
                    Files.Write(write, sent);
                    write.Dispose();
                },
                TestContext.Current.CancellationToken);
            Assert.Equal(sent, Files.ReadAll(read));
            Assert.False(writer.IsFaulted);
        }
    }

    [Fact]
    public void A_disk_that_refuses_is_an_error_with_the_path()
    {
        using var full = Files.OpenPath("/dev/full", Open.WriteOnly);
        var error = Assert.Throws<KernelException>(() => Files.Write(full, "x"u8, "/some/log"));
        Assert.Equal((Errno.ENOSPC, "write", "/some/log"), (error.Errno, error.Call, error.Path));
    }

    [Fact]
    public void What_cannot_be_read_or_synced_is_an_error()
    {
        using var folder = Files.OpenPath(_place.Path, Files.Directory);
        Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => Files.Read(folder, new byte[1])).Errno);
        var (read, write) = Pipes.Create();
        using (read)
        using (write)
        {
            var error = Assert.Throws<KernelException>(() => Files.Sync(read, "a pipe"));
            Assert.Equal((Errno.EINVAL, "fsync", "a pipe"), (error.Errno, error.Call, error.Path));
        }
    }

    [Fact]
    public void Every_descriptor_closes_on_exec()
    {
        _place.Write("file", "");
        using var file = Files.OpenPath(_place["file"], Open.ReadWrite);
        using var epoll = new Epoll();
        var (read, write) = Pipes.Create();
        using (read)
        using (write)
        {
            foreach (var handle in (Microsoft.Win32.SafeHandles.SafeFileHandle[])[file, read, write, _place.Folder.Handle])
            {
                var flags = File.ReadAllLines($"/proc/self/fdinfo/{Files.Number(handle)}").Single(l => l.StartsWith("flags:", StringComparison.Ordinal));
                Assert.NotEqual(0, Convert.ToInt32(flags[6..].Trim(), 8) & (int)Open.CloseOnExec);
            }
        }
    }

    [Fact]
    public void An_identity_is_of_the_file_and_not_of_the_name()
    {
        _place.Write("one", "");
        _place.Write("two", "");
        using var one = Files.OpenPath(_place["one"], Open.ReadOnly);
        using var two = Files.OpenPath(_place["two"], Open.ReadOnly);
        _place.Folder.Rename("one", "three");
        using var three = Files.OpenPath(_place["three"], Open.ReadOnly);
        Assert.Equal(FileIdentity.Of(one), FileIdentity.Of(three));
        Assert.NotEqual(FileIdentity.Of(one), FileIdentity.Of(two));
    }

    [Fact]
    public void A_link_is_read_as_it_is()
    {
        File.CreateSymbolicLink(_place["link"], "grün/../x");
        Assert.Equal("grün/../x", Files.ReadLink(_place["link"]));
        Assert.StartsWith("pid:[", Files.ReadLink("/proc/self/ns/pid"), StringComparison.Ordinal);
        var error = Assert.Throws<KernelException>(() => Files.ReadLink(_place["none"]));
        Assert.Equal(("readlink", _place["none"], Errno.ENOENT), (error.Call, error.Path, error.Errno));
    }
}
