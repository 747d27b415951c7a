using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Keeps this program's file out of a container's reach (CVE-2019-5736): a container can open the runtime through
/// /proc/self/exe while it starts, and must not be able to write to it.</summary>
static unsafe partial class SelfProtection
{
    const string Self = "/proc/self/exe";
    const long ReadOnlyMount = 1;
    const int GetSeals = 1034;
    const int AddSeals = 1033;

    /// <summary>F_SEAL_SEAL, SHRINK, GROW and WRITE.</summary>
    const int AllSeals = 0xF;

    const uint CloseOnExecAllowSealing = 3;

    static int ExecveAt => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 281 : 322;

    /// <summary>Returns when the program's file cannot be written: it lies on a read-only mount, as the engine starts it,
    /// or is a sealed copy. Otherwise starts such a copy in this process's place.</summary>
    public static void Ensure()
    {
        using var self = Files.OpenPath(Self, Open.ReadOnly);
        if (IsReadOnly(self))
        {
            return;
        }

        var copy = (int)KernelException.Check(Syscall.Invoke(SyscallNumber.MemfdCreate, (ulong)NamePointer, CloseOnExecAllowSealing), "memfd_create");
        using var sealedCopy = new SafeFileHandle(copy, ownsHandle: true);
        var buffer = new byte[128 * 1024];
        for (var count = Files.Read(self, buffer); count > 0; count = Files.Read(self, buffer))
        {
            Files.Write(sealedCopy, buffer.AsSpan(0, count));
        }

        KernelException.Check(Syscall.Invoke(SyscallNumber.Fcntl, (ulong)copy, AddSeals, AllSeals), "fcntl F_ADD_SEALS");
        var empty = (byte)0;
        using var arena = new Arena();
        var arguments = (ulong)arena.Texts(Arguments("/proc/self/cmdline"));
        var environment = (ulong)arena.Texts(Arguments("/proc/self/environ"));
        const ulong EmptyPath = 0x1000;
        KernelException.Check(Syscall.Invoke(ExecveAt, (ulong)copy, (ulong)&empty, arguments, environment, EmptyPath), "execveat", Self);
    }

    static bool IsReadOnly(SafeFileHandle self)
    {
        if (Syscall.Invoke(SyscallNumber.Fcntl, (ulong)Files.Number(self), GetSeals) == AllSeals)
        {
            return true;
        }

        // struct statfs: the flags are the eleventh long on 64-bit processors.
        var facts = stackalloc long[16];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstatfs, (ulong)Files.Number(self), (ulong)facts), "fstatfs", Self);
        return (facts[10] & ReadOnlyMount) != 0;
    }

    static string[] Arguments(string file)
    {
        using var handle = Files.OpenPath(file, Open.ReadOnly);
        return System.Text.Encoding.UTF8.GetString(Files.ReadAll(handle)).Split('\0')[..^1];
    }

    static byte* NamePointer => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference("minirun-runtime\0"u8));
}
