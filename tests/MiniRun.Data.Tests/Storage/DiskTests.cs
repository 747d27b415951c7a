using MiniRun.Data.Storage;

namespace MiniRun.Data.Tests.Storage;

public sealed class DiskTests
{
    [Fact]
    public void A_folder_that_cannot_be_synced_is_an_error()
    {
        var error = Assert.Throws<IOException>(() => new Disk().SyncFolder("/nowhere/at/all"));
        Assert.Equal("open /nowhere/at/all: No such file or directory", error.Message);
    }

    [Fact]
    public void A_file_that_cannot_be_synced_is_an_error()
    {
        using var file = new Disk().Open("/dev/zero", FileMode.Open);
        var error = Assert.Throws<IOException>(() => new Disk().Sync(file));
        Assert.Equal("fsync /dev/zero: Invalid argument", error.Message);
    }
}
