using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Signals to this process as bytes in a pipe.</summary>
/// <remarks>
/// Neither signalfd(2) nor a managed handler serves: a signal goes to any thread that does not block it, the finalizer's
/// cannot be told to, and managed code may not run in whatever that thread is doing. So the handler is a few machine
/// instructions that write the signal's number into the pipe, and touch neither the runtime nor errno.
/// </remarks>
sealed unsafe partial class SignalPipe : IDisposable
{
    const int CodeSize = 4096;
    const int ReadWrite = 3;
    const int ReadExecute = 5;
    const int PrivateAnonymous = 0x22;
    const int Restart = 0x10000000;

    readonly SafeFileHandle _writer;
    readonly int[] _signals;

    SignalPipe(SafeFileHandle reader, SafeFileHandle writer, int[] signals) => (Reader, _writer, _signals) = (reader, writer, signals);

    /// <summary>Readable when a signal waits.</summary>
    public SafeFileHandle Reader { get; }

    /// <summary>Catches signals from now on; those that this process already ignores stay ignored.</summary>
    public static SignalPipe Catch(params int[] signals)
    {
        var (reader, writer) = Pipes.Create();
        Pipes.DoNotBlock(writer);
        var code = Assemble(Files.Number(writer));
        var ignored = Signals.Ignored();
        var caught = Array.FindAll(signals, signal => (ignored & (1UL << (signal - 1))) == 0);
        // struct sigaction of glibc and musl: handler, mask of 1024 bits, flags (and a restorer that the library fills in).
        var action = stackalloc byte[256];
        new Span<byte>(action, 256).Clear();
        *(void**)action = code;
        *(int*)(action + 8 + 128) = Restart;
        foreach (var signal in caught)
        {
            if (sigaction(signal, action, null) != 0)
            {
                throw KernelException.Last("sigaction", Signals.Name(signal));
            }
        }

        return new SignalPipe(reader, writer, caught);
    }

    /// <summary>The number of the next signal; waits for one.</summary>
    public int Next()
    {
        Span<byte> number = stackalloc byte[1];
        return Files.Read(Reader, number) == 1 ? number[0] : 0;
    }

    /// <summary>Gives the signals their default effect back.</summary>
    public void Dispose()
    {
        var action = stackalloc byte[256];
        new Span<byte>(action, 256).Clear();
        foreach (var signal in _signals)
        {
            _ = sigaction(signal, action, null);
        }

        Reader.Dispose();
        _writer.Dispose();
    }

    /// <summary>The handler; its one argument is the signal's number. The page stays: a signal may be on its way.</summary>
    static void* Assemble(int pipe)
    {
        var page = mmap(null, CodeSize, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)page == -1)
        {
            throw KernelException.Last("mmap");
        }

        var code = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ArmHandler(pipe) : IntelHandler(pipe);
        code.CopyTo(new Span<byte>(page, CodeSize));
        if (mprotect(page, CodeSize, ReadExecute) != 0)
        {
            throw KernelException.Last("mprotect");
        }

        return page;
    }

    static byte[] IntelHandler(int pipe)
    {
        var n = BitConverter.GetBytes(pipe);
        return
        [
            0x57, // push rdi
            0x48, 0x89, 0xE6, // mov rsi, rsp: the number's lowest byte
            0xBF, n[0], n[1], n[2], n[3], // mov edi, pipe
            0xBA, 0x01, 0x00, 0x00, 0x00, // mov edx, 1
            0xB8, 0x01, 0x00, 0x00, 0x00, // mov eax, SYS_write
            0x0F, 0x05, // syscall
            0x5F, // pop rdi
            0xC3, // ret
        ];
    }

    static byte[] ArmHandler(int pipe)
    {
        uint[] code =
        [
            0xF81F0FE0, // str x0, [sp, #-16]!
            0x910003E1, // mov x1, sp: the number's lowest byte
            0x52800000 | ((uint)pipe << 5), // mov w0, #pipe
            0x52800022, // mov w2, #1
            0x52800808, // mov w8, #64: write
            0xD4000001, // svc #0
            0xF84107E0, // ldr x0, [sp], #16
            0xD65F03C0, // ret
        ];
        return MemoryMarshal.AsBytes(code.AsSpan()).ToArray();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sigaction(int signal, byte* action, byte* before);

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(void* address, nuint length, int protection);
}
