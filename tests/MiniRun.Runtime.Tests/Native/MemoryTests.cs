using System.Diagnostics;
using System.Runtime.InteropServices;
using CsCheck;

namespace MiniRun.Runtime.Tests.Native;

/// <summary>Native/memory.c, compiled as a library of its own.</summary>
public sealed unsafe class MemoryTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("minirun-memory-").FullName;
    readonly nint _library;
    readonly delegate* unmanaged<nuint, byte*> _malloc;
    readonly delegate* unmanaged<nuint, nuint, byte*> _calloc;
    readonly delegate* unmanaged<byte*, nuint, byte*> _realloc;
    readonly delegate* unmanaged<byte*, void> _free;

    public MemoryTests()
    {
        // -Bsymbolic: its own calls of malloc must not reach the test host's.
        var library = $"{_folder}/memory.so";
        using var compiler = Process.Start("cc", ["-O2", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-o", library, $"{Repository.Root}/MiniRun.Runtime/Native/memory.c"]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        _library = NativeLibrary.Load(library);
        _malloc = (delegate* unmanaged<nuint, byte*>)NativeLibrary.GetExport(_library, "malloc");
        _calloc = (delegate* unmanaged<nuint, nuint, byte*>)NativeLibrary.GetExport(_library, "calloc");
        _realloc = (delegate* unmanaged<byte*, nuint, byte*>)NativeLibrary.GetExport(_library, "realloc");
        _free = (delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(_library, "free");
    }

    public void Dispose()
    {
        NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Blocks_keep_what_was_written_into_them()
    {
        var size = Gen.OneOf(Gen.Int[0, 100], Gen.Int[0, 5_000], Gen.Int[0, 300_000]);
        Gen.Select(Gen.Int[0, 3], size, Gen.Int[0, 1000]).Array[1, 200].Sample(Replay, iter: 300, threads: 1);
    }

    [Fact]
    public void What_was_freed_is_used_again()
    {
        var first = _malloc(1000);
        _free(first);
        Assert.Equal((nint)first, (nint)_malloc(900));
    }

    [Fact]
    public void More_than_there_is_is_refused()
    {
        Assert.Equal(0, (nint)_malloc(nuint.MaxValue));
        Assert.Equal(0, (nint)_malloc((nuint)1 << 46));
        Assert.Equal(0, (nint)_calloc(nuint.MaxValue / 2, 3));
        var block = _malloc(10);
        Assert.Equal(0, (nint)_realloc(block, nuint.MaxValue));
        _free(block);
    }

    void Replay((int Act, int Size, int Which)[] acts)
    {
        var live = new List<(nint Place, int Size, byte Content)>();
        var content = (byte)0;
        foreach (var (act, size, which) in acts)
        {
            content = (byte)((content % 255) + 1);
            switch (act)
            {
                case 0:
                    live.Add(Fill(_malloc((nuint)size), size, content));
                    break;
                case 1:
                    var zeroed = _calloc(1, (nuint)size);
                    Assert.False(new Span<byte>(zeroed, size).ContainsAnyExcept((byte)0));
                    live.Add(Fill(zeroed, size, content));
                    break;
                case 2 when live.Count > 0:
                    var (place, before, old) = Remove(live, which);
                    var moved = _realloc((byte*)place, (nuint)size);
                    Assert.False(new Span<byte>(moved, Math.Min(before, size)).ContainsAnyExcept(old));
                    live.Add(Fill(moved, size, content));
                    break;
                case 3 when live.Count > 0:
                    _free((byte*)Remove(live, which).Place);
                    break;
            }
        }

        while (live.Count > 0)
        {
            _free((byte*)Remove(live, 0).Place);
        }
    }

    static (nint Place, int Size, byte Content) Fill(byte* place, int size, byte content)
    {
        Assert.NotEqual(0, (nint)place);
        Assert.Equal(0, (nint)place % 16);
        new Span<byte>(place, size).Fill(content);
        return ((nint)place, size, content);
    }

    /// <summary>Nobody wrote into a block but its owner.</summary>
    static (nint Place, int Size, byte Content) Remove(List<(nint Place, int Size, byte Content)> live, int which)
    {
        var block = live[which % live.Count];
        live.RemoveAt(which % live.Count);
        Assert.False(new Span<byte>((byte*)block.Place, block.Size).ContainsAnyExcept(block.Content));
        return block;
    }
}
