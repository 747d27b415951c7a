using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>Memory of its own, outside the collector's heap: a page costs nothing until it is written, and can be given back.</summary>
sealed unsafe partial class Pages : IDisposable
{
    const int ReadAndWrite = 3;
    const int PrivateAnonymous = 0x22;
    const int DontNeed = 4;

    readonly byte* _start;
    readonly int _size;

    /// <param name="size">In bytes.</param>
    public Pages(int size)
    {
        var place = mmap(null, (nuint)size, ReadAndWrite, PrivateAnonymous, -1, 0);
        _start = (nint)place != -1 ? (byte*)place : throw KernelException.Last("mmap");
        _size = size;
    }

    /// <summary>The first byte; it is the first of a page.</summary>
    public byte* Start => _start;

    /// <exception cref="ArgumentOutOfRangeException">It does not lie within.</exception>
    public Span<byte> Slice(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)_size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(_size - offset));
        return new Span<byte>(_start + offset, length);
    }

    /// <summary>Gives back the pages of a part that begins and ends with a page; they read as zeros from now on. Where pages
    /// are larger than the part nothing happens.</summary>
    public void Forget(int offset, int length)
    {
        fixed (byte* part = Slice(offset, length))
        {
            _ = madvise(part, (nuint)length, DontNeed);
        }
    }

    public void Dispose() => _ = munmap(_start, (nuint)_size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint length, int advice);
}
