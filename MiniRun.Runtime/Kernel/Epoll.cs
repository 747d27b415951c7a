using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>What epoll(7) waits for and reports.</summary>
[Flags]
enum Readiness : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HangUp = 0x10,
}

/// <summary>Waits for many descriptors at once. Waiting allocates nothing.</summary>
sealed unsafe partial class Epoll : IDisposable
{
    const int Capacity = 64;
    const int Add = 1;
    const int Remove = 2;
    const int Modify = 3;
    const int CloseOnExec = 0x80000;

    readonly SafeFileHandle _epoll;
    readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(Capacity * EventSize));

    public Epoll()
    {
        var fd = epoll_create1(CloseOnExec);
        _epoll = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw KernelException.Last("epoll_create1");
    }

    // struct epoll_event is packed on x86-64 and nowhere else.
    static bool Packed => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    static int EventSize => Packed ? 12 : 16;

    static int DataOffset => Packed ? 4 : 8;

    /// <param name="tag">Comes back with every event of this descriptor.</param>
    public void Watch(SafeFileHandle file, Readiness wanted, int tag) => Control(Add, file, wanted, tag);

    /// <summary>Watches what can be watched: a regular file is always ready, and epoll refuses it.</summary>
    public bool TryWatch(SafeFileHandle file, Readiness wanted, int tag)
    {
        try
        {
            Watch(file, wanted, tag);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EPERM)
        {
            return false;
        }
    }

    public void Change(SafeFileHandle file, Readiness wanted, int tag) => Control(Modify, file, wanted, tag);

    public void Forget(SafeFileHandle file) => Control(Remove, file, Readiness.None, 0);

    /// <summary>As <see cref="Watch"/>, but says it when the kernel has no room for one more.</summary>
    public bool TryWatch(Descriptor file, Readiness wanted, int tag) => TryControl(Add, file, wanted, tag);

    /// <summary>As <see cref="Change"/>; false when the descriptor is not watched.</summary>
    public bool TryChange(Descriptor file, Readiness wanted, int tag) => TryControl(Modify, file, wanted, tag);

    /// <summary>Stops watching; false when the descriptor is not watched.</summary>
    public bool TryForget(Descriptor file) => TryControl(Remove, file, Readiness.None, 0);

    /// <param name="milliseconds">-1 waits for ever.</param>
    /// <returns>How many events there are, 0 after the time has passed or when a signal was handled.</returns>
    public int Wait(int milliseconds)
    {
        var count = epoll_wait(Files.Number(_epoll), _events, Capacity, milliseconds);
        return count >= 0 ? count
            : Marshal.GetLastPInvokeError() == (int)Errno.EINTR ? 0
            : throw KernelException.Last("epoll_wait");
    }

    /// <summary>One event of the last <see cref="Wait"/>.</summary>
    public (int Tag, Readiness Ready) this[int index]
    {
        get
        {
            var place = _events + (index * EventSize);
            return (*(int*)(place + DataOffset), (Readiness)(*(uint*)place));
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        NativeMemory.Free(_events);
    }

    void Control(int operation, SafeFileHandle file, Readiness wanted, int tag)
    {
        if (!TryControl(operation, Descriptor.Of(file), wanted, tag))
        {
            throw KernelException.Last("epoll_ctl");
        }
    }

    bool TryControl(int operation, Descriptor file, Readiness wanted, int tag)
    {
        var request = stackalloc byte[16];
        *(uint*)request = (uint)wanted;
        *(long*)(request + DataOffset) = tag;
        return epoll_ctl(Files.Number(_epoll), operation, file.Number, request) == 0;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, byte* request);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int capacity, int milliseconds);
}
