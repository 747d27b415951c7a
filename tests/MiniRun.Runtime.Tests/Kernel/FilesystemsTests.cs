using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class FilesystemsTests
{
    [Fact]
    public void A_path_is_on_the_filesystem_that_the_kernel_says()
    {
        Assert.Equal(0x9fa0, Filesystems.Type("/proc"));
        Assert.Equal(0, Filesystems.Type("/proc/missing"));
    }

    [Fact]
    public void A_file_is_read_from_a_place_again_and_again()
    {
        using var place = new TemporaryFolder();
        place.Write("file", "abcdef");
        using var file = place.Folder.OpenFile("file");
        var buffer = new byte[3];
        Assert.Equal(3, Files.ReadAt(file, buffer, 2));
        Assert.Equal(3, Files.ReadAt(file, buffer, 2));
        Assert.Equal("cde"u8.ToArray(), buffer);
        Assert.Equal(0, Files.ReadAt(file, buffer, 6));
        using var folder = Files.OpenPath(place.Path, Open.ReadOnly);
        Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => Files.ReadAt(folder, new byte[1], 0)).Errno);
    }
}
