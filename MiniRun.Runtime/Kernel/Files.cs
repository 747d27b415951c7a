using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Flags of open(2), on x86-64 and arm64 alike but for four (see <see cref="Files"/>).</summary>
[Flags]
enum Open
{
    ReadOnly = 0,
    WriteOnly = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    NoControllingTerminal = 0x100,
    Truncate = 0x200,
    Append = 0x400,
    NonBlocking = 0x800,
    CloseOnExec = 0x80000,
    Path = 0x200000,
}

/// <summary>Descriptors of files: open, read, write, make durable. Everything here closes on exec.</summary>
static unsafe partial class Files
{
    public const int CurrentFolder = -100;

    static bool Arm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>O_DIRECTORY, whose number depends on the processor.</summary>
    public static Open Directory => (Open)(Arm ? 0x4000 : 0x10000);

    /// <summary>O_NOFOLLOW, whose number depends on the processor.</summary>
    public static Open NoFollow => (Open)(Arm ? 0x8000 : 0x20000);

    /// <exception cref="KernelException">The file cannot be opened.</exception>
    public static SafeFileHandle OpenAt(int folder, string path, Open flags, int mode = 0)
    {
        var fd = openat(folder, path, (int)(flags | Open.CloseOnExec), mode);
        return fd < 0 ? throw KernelException.Last("open", path) : new SafeFileHandle(fd, ownsHandle: true);
    }

    public static SafeFileHandle OpenPath(string path, Open flags, int mode = 0) => OpenAt(CurrentFolder, path, flags, mode);

    /// <summary>Opens a path for which a folder is the root, whatever links lie on the way; links of /proc are refused.</summary>
    public static SafeFileHandle OpenInRoot(SafeFileHandle root, string path, Open flags)
    {
        using var arena = new Arena();
        var how = arena.Structure(new OpenHow { Flags = (ulong)(flags | Open.CloseOnExec), Resolve = OpenHow.InRoot | OpenHow.NoMagicLinks });
        while (true)
        {
            var fd = Syscall.Invoke(SyscallNumber.Openat2, (ulong)Number(root), (ulong)arena.Text(path), (ulong)how, (ulong)sizeof(OpenHow));
            // Somebody renames on the way at this very moment (openat2(2)): the next try will do.
            if (fd != -(long)Errno.EAGAIN)
            {
                return new SafeFileHandle((nint)KernelException.Check(fd, "openat2", path), ownsHandle: true);
            }
        }
    }

    /// <summary>Reads up to the buffer's length; 0 at the end. Interrupted calls are repeated.</summary>
    public static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var count = read(Number(file), bytes, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                {
                    throw KernelException.Last("read");
                }
            }
        }
    }

    /// <summary>Writes everything.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, string? path = null)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
            {
                var count = write(Number(file), start, (nuint)bytes.Length);
                if (count >= 0)
                {
                    bytes = bytes[(int)count..];
                }
                else if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                {
                    throw KernelException.Last("write", path);
                }
            }
        }
    }

    /// <summary>Everything a small file holds.</summary>
    public static byte[] ReadAll(SafeFileHandle file)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var count = Read(file, buffer.AsSpan(length));
            if (count == 0)
            {
                return buffer[..length];
            }

            length += count;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, length * 2);
            }
        }
    }

    /// <summary>Puts a file or folder on stable storage; unlike FileStream.Flush it reports what the disk says.</summary>
    /// <exception cref="KernelException">The disk refused: what was written may be lost.</exception>
    public static void Sync(SafeFileHandle file, string? path = null)
    {
        if (fsync(Number(file)) != 0)
        {
            throw KernelException.Last("fsync", path);
        }
    }

    /// <summary>The magic number of the filesystem that a file lies on (statfs(2)).</summary>
    public static long FilesystemType(SafeFileHandle file)
    {
        var facts = stackalloc long[16];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstatfs, (ulong)Number(file), (ulong)facts), "fstatfs");
        return facts[0];
    }

    /// <summary>Gives a file to a user and a group; null leaves what is there.</summary>
    public static void SetOwner(SafeFileHandle file, uint? uid, uint? gid) =>
        KernelException.Check(
            Syscall.Invoke(SyscallNumber.Fchown, (ulong)Number(file), uid ?? uint.MaxValue, gid ?? uint.MaxValue), "fchown");

    /// <summary>Whether a number stands for a file that this process was started with: everything it opened itself closes on exec.</summary>
    public static bool IsInherited(int descriptor)
    {
        const ulong GetDescriptorFlags = 1;
        return Syscall.Invoke(SyscallNumber.Fcntl, (ulong)descriptor, GetDescriptorFlags) == 0;
    }

    /// <summary>How long a file is, in bytes.</summary>
    public static long Size(SafeFileHandle file)
    {
        // struct stat has the size at byte 48 on x86-64 and arm64 alike.
        var facts = stackalloc long[32];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstat, (ulong)Number(file), (ulong)facts), "fstat");
        return facts[6];
    }

    /// <summary>No program that this process starts inherits descriptors from 3 on (close_range(2)).</summary>
    public static void CloseOnExecFrom3() =>
        KernelException.Check(Syscall.Invoke(SyscallNumber.CloseRange, 3, uint.MaxValue, 4), "close_range");

    public static int Number(SafeFileHandle file) => (int)file.DangerousGetHandle();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int folder, string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);
}
