using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed unsafe class ArenaTests
{
    [Fact]
    public void Places_are_zeroed_aligned_and_apart()
    {
        using var arena = new Arena();
        var places = new List<(nint Start, int Size)>();
        foreach (var size in (int[])[1, 7, 8, 9, 1000, 70_000, 3, 65_536, 8])
        {
            var place = arena.Allocate(size);
            Assert.Equal(0, (nint)place % 8);
            Assert.True(new Span<byte>(place, size).IndexOfAnyExcept((byte)0) < 0);
            new Span<byte>(place, size).Fill(0xFF);
            places.Add(((nint)place, size));
        }

        places.Sort();
        for (var i = 1; i < places.Count; i++)
        {
            Assert.True(places[i - 1].Start + places[i - 1].Size <= places[i].Start);
        }
    }

    [Fact]
    public void Texts_end_with_NUL_and_lists_with_a_null_pointer()
    {
        using var arena = new Arena();
        var list = arena.Texts(["one", "", "zwölf"]);
        Assert.Equal(["one", "", "zwölf"], Enumerable.Range(0, 3).Select(i => Marshal.PtrToStringUTF8(((nint*)list)[i])));
        Assert.True(list[3] is null);
        Assert.True(*arena.Texts([]) is null);
    }

    [Fact]
    public void Structures_are_copied()
    {
        using var arena = new Arena();
        var place = arena.Structure(new OpenHow { Flags = 1, Mode = 2, Resolve = 3 });
        Assert.Equal((1UL, 2UL, 3UL), (place->Flags, place->Mode, place->Resolve));
    }

    [Theory]
    [InlineData("mount", 0x00020000)]
    [InlineData("cgroup", 0x02000000)]
    [InlineData("uts", 0x04000000)]
    [InlineData("ipc", 0x08000000)]
    [InlineData("user", 0x10000000)]
    [InlineData("pid", 0x20000000)]
    [InlineData("network", 0x40000000)]
    public void Namespaces_have_the_flags_of_clone(string type, ulong flag) => Assert.Equal(flag, Namespaces.Flag(type));

    [Fact]
    public void There_is_no_other_namespace() => Assert.Throws<ArgumentOutOfRangeException>(() => Namespaces.Flag("disk"));
}
