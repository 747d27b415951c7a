using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

static unsafe partial class UnixSocket
{
    /// <summary>Connects to a listening socket; what is sent and received later does not block.</summary>
    /// <param name="path">Absolute, 107 bytes at most.</param>
    /// <exception cref="KernelException">ENOENT or ECONNREFUSED when nobody listens, EAGAIN when the queue is full.</exception>
    public static SafeFileHandle Connect(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new KernelException("connect", path, Errno.ENAMETOOLONG);
        }

        var fd = socket(Unix, StreamFlags, 0);
        if (fd < 0)
        {
            throw KernelException.Last("socket");
        }

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        var address = stackalloc byte[LongestPath + 3];
        *(ushort*)address = Unix;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, LongestPath));
        address[2 + length] = 0;
        if (connect(fd, address, length + 3) != 0)
        {
            var error = KernelException.Last("connect", path);
            handle.Dispose();
            throw error;
        }

        return handle;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, byte* address, int length);
}
