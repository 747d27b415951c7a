using System.Globalization;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>One page of this process's memory with nothing else in it, and where it lies in the machine's (proc_pid_pagemap(5)).</summary>
sealed unsafe partial class OwnPage : IDisposable
{
    const ulong Present = 1UL << 63;
    const ulong FrameBits = (1UL << 55) - 1;

    readonly Pages _pages = new(Environment.SystemPageSize);
    readonly long* _page;

    public OwnPage() => _page = (long*)_pages.Start;

    /// <summary>The first eight bytes.</summary>
    public long Value
    {
        get => Volatile.Read(ref *_page);
        set => Volatile.Write(ref *_page, value);
    }

    public ulong Address => (ulong)_page;

    /// <summary>The number of the physical page behind this page's address in a process; null when the kernel does not say,
    /// as to anybody without CAP_SYS_ADMIN.</summary>
    public ulong? FrameIn(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/pagemap");
        using var map = Files.OpenPath(path, Open.ReadOnly);
        ulong bits;
        var offset = (long)(Address / (ulong)Environment.SystemPageSize * sizeof(ulong));
        if (pread(Files.Number(map), &bits, sizeof(ulong), offset) != sizeof(ulong))
        {
            throw KernelException.Last("pread", path);
        }

        return (bits & Present) != 0 && (bits & FrameBits) != 0 ? bits & FrameBits : null;
    }

    /// <summary>Takes memory from the kernel and touches it at once, for good (mmap(2) with MAP_POPULATE).</summary>
    /// <returns>Its address.</returns>
    public static ulong Take(long bytes)
    {
        const int ReadAndWrite = 3;
        const int PrivateAnonymousPopulate = 0x02 | 0x20 | 0x8000;
        return (ulong)KernelException.Check(
            Syscall.Invoke(SyscallNumber.Mmap, 0, (ulong)bytes, ReadAndWrite, PrivateAnonymousPopulate, ulong.MaxValue, 0), "mmap");
    }

    public void Dispose() => _pages.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(int fd, void* buffer, nuint size, long offset);
}
