using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class DescriptorTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_file_is_opened_by_its_name_in_a_folder_and_by_no_link()
    {
        var folder = Descriptor.Of(_place.Folder.Handle);
        Assert.Equal(Descriptor.None, folder.TryOpen("absent\0"u8, Open.ReadOnly));
        var file = folder.TryOpen("made\0"u8, Open.WriteOnly | Open.Create | Open.Append);
        Assert.True(file.IsOpen);
        Assert.Equal(5, file.TryWrite("hello"u8));
        Assert.Equal(5, file.Length());
        file.Close();
        Assert.Equal("hello", _place.Read("made"));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(_place["made"]));

        File.CreateSymbolicLink(_place["link"], "made");
        Assert.False(folder.TryOpen("link\0"u8, Open.ReadOnly).IsOpen);
    }

    [Fact]
    public void A_file_is_renamed_and_a_missing_one_is_no_refusal()
    {
        var folder = Descriptor.Of(_place.Folder.Handle);
        _place.Write("old", "content");
        Assert.True(folder.TryRename("old\0"u8, "new\0"u8));
        Assert.Equal("content", _place.Read("new"));
        Assert.True(folder.TryRename("old\0"u8, "new\0"u8));
        Assert.Equal("content", _place.Read("new"));
        Directory.CreateDirectory(_place["folder/in-the-way"]);
        Assert.False(folder.TryRename("new\0"u8, "folder\0"u8));
    }

    [Fact]
    public void What_refuses_is_told_from_what_must_wait()
    {
        var file = Descriptor.Of(_place.Folder.Handle);
        Assert.Equal(-1, file.TryWrite("x"u8));
        Assert.Equal(-1, file.TryRead(new byte[1]));
        Assert.Equal(-1, file.TrySend("x"u8));
        Assert.Equal(-1, file.TryReceive(new byte[1]));
        Assert.Equal(Descriptor.None, file.TryAccept(out var isExhausted));
        Assert.True(isExhausted);
        using var listener = UnixSocket.Listen(_place.Folder, "socket");
        Assert.Equal(Descriptor.None, Descriptor.Of(listener).TryAccept(out isExhausted));
        Assert.False(isExhausted);
    }

    [Fact]
    public void What_is_kept_for_another_program_does_not_close_on_exec()
    {
        using var file = _place.Folder.OpenFile("file", Open.WriteOnly | Open.Create);
        Assert.True(ClosesOnExec(file));
        Descriptor.Of(file).KeepOnExec();
        Assert.False(ClosesOnExec(file));
        Assert.Throws<KernelException>(() => Descriptor.None.KeepOnExec());
    }

    static bool ClosesOnExec(SafeFileHandle file)
    {
        var flags = File.ReadLines($"/proc/self/fdinfo/{Files.Number(file)}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags[6..].Trim(), 8) & (int)Open.CloseOnExec) != 0;
    }
}
