using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>eBPF programs that a cgroup's processes are filtered by (bpf(2)).</summary>
static unsafe partial class Bpf
{
    /// <summary>How many programs one cgroup can have (BPF_CGROUP_MAX_PROGS).</summary>
    const int MostPrograms = 64;

    const int MostAttempts = 5;

    const int LoadProgram = 5;
    const int AttachProgram = 8;
    const int DetachProgram = 9;
    const int ProgramById = 13;
    const int InfoByDescriptor = 15;
    const int QueryPrograms = 16;

    const uint CgroupDeviceProgram = 15;
    const uint CgroupDeviceHook = 6;

    /// <summary>Programs of several owners may hang on one cgroup, and a device must please them all.</summary>
    const uint AllowMulti = 2;

    const uint Replace = 4;

    /// <summary>Offset of the name in struct bpf_prog_info, and its size.</summary>
    const int InfoName = 64;
    const int NameSize = 16;
    const int InfoSize = 232;

    /// <summary>Loads a device filter (BPF_PROG_TYPE_CGROUP_DEVICE).</summary>
    /// <param name="instructions">Of eight bytes each.</param>
    /// <param name="name">Up to 15 letters, digits and underscores; shown by tools and by <see cref="ProgramsOf"/>.</param>
    /// <exception cref="KernelException">EPERM without CAP_BPF or CAP_SYS_ADMIN, EINVAL or EACCES when the kernel finds the program unsafe.</exception>
    public static SafeFileHandle LoadDeviceFilter(ReadOnlySpan<ulong> instructions, string name)
    {
        fixed (ulong* first = instructions)
        // No helper that asks for a licence is called.
        fixed (byte* license = "\0"u8)
        {
            var attributes = new LoadAttributes
            {
                Type = CgroupDeviceProgram, Count = (uint)instructions.Length, Instructions = (ulong)first, License = (ulong)license,
            };
            Encoding.ASCII.GetBytes(name, new Span<byte>(attributes.Name, NameSize - 1));
            return Descriptor(Call(LoadProgram, &attributes, sizeof(LoadAttributes)), "bpf(BPF_PROG_LOAD)", name);
        }
    }

    /// <summary>Hangs a device filter on a v2 cgroup, in the place of another when one is given.</summary>
    /// <exception cref="KernelException">EPERM when a cgroup above holds a filter that allows none below.</exception>
    public static void AttachDeviceFilter(Folder cgroup, SafeFileHandle program, SafeFileHandle? replaced = null)
    {
        var attributes = new AttachAttributes
        {
            Target = Files.Number(cgroup.Handle), Program = Files.Number(program), Hook = CgroupDeviceHook,
            Flags = AllowMulti | (replaced is null ? 0 : Replace), Replaced = replaced is null ? 0 : Files.Number(replaced),
        };
        KernelException.Check(Call(AttachProgram, &attributes, sizeof(AttachAttributes)), "bpf(BPF_PROG_ATTACH)", cgroup.Path);
    }

    /// <summary>Takes a device filter away from a v2 cgroup.</summary>
    public static void DetachDeviceFilter(Folder cgroup, SafeFileHandle program)
    {
        var attributes = new AttachAttributes { Target = Files.Number(cgroup.Handle), Program = Files.Number(program), Hook = CgroupDeviceHook };
        KernelException.Check(Call(DetachProgram, &attributes, sizeof(AttachAttributes)), "bpf(BPF_PROG_DETACH)", cgroup.Path);
    }

    /// <summary>The device filters that hang on a v2 cgroup itself, with their names. The caller closes them.</summary>
    public static List<(SafeFileHandle Program, string Name)> ProgramsOf(Folder cgroup)
    {
        var ids = stackalloc uint[MostPrograms];
        var query = new QueryAttributes
        {
            Target = Files.Number(cgroup.Handle), Hook = CgroupDeviceHook, Ids = (ulong)ids, Count = MostPrograms,
        };
        KernelException.Check(Call(QueryPrograms, &query, sizeof(QueryAttributes)), "bpf(BPF_PROG_QUERY)", cgroup.Path);
        var programs = new List<(SafeFileHandle, string)>();
        for (var i = 0; i < query.Count; i++)
        {
            var byId = new IdAttributes { Id = ids[i] };
            var program = Descriptor(Call(ProgramById, &byId, sizeof(IdAttributes)), "bpf(BPF_PROG_GET_FD_BY_ID)", cgroup.Path);
            programs.Add((program, NameOf(program)));
        }

        return programs;
    }

    static string NameOf(SafeFileHandle program)
    {
        var info = stackalloc byte[InfoSize];
        new Span<byte>(info, InfoSize).Clear();
        var attributes = new InfoAttributes { Program = Files.Number(program), Length = InfoSize, Info = (ulong)info };
        KernelException.Check(Call(InfoByDescriptor, &attributes, sizeof(InfoAttributes)), "bpf(BPF_OBJ_GET_INFO_BY_FD)");
        var name = new ReadOnlySpan<byte>(info + InfoName, NameSize);
        return Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    static long Call(int command, void* attributes, int size)
    {
        long result = 0;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            result = Syscall.Invoke(SyscallNumber.Bpf, (ulong)command, (ulong)attributes, (ulong)size);
            // The verifier gives way to signals.
            if (result != -(long)Errno.EAGAIN)
            {
                break;
            }
        }

        return result;
    }

    static SafeFileHandle Descriptor(long result, string call, string? path) =>
        new((nint)KernelException.Check(result, call, path), ownsHandle: true);

    /// <summary>The head of union bpf_attr for BPF_PROG_LOAD, as far as kernel 4.15 knows it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct LoadAttributes
    {
        public uint Type;
        public uint Count;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public uint LogSize;
        public ulong Log;
        public uint KernelVersion;
        public uint Flags;
        public fixed byte Name[NameSize];
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AttachAttributes
    {
        public int Target;
        public int Program;
        public uint Hook;
        public uint Flags;
        public int Replaced;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct QueryAttributes
    {
        public int Target;
        public uint Hook;
        public uint QueryFlags;
        public uint AttachFlags;
        public ulong Ids;
        public uint Count;
        public uint Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct IdAttributes
    {
        public uint Id;
        public uint Next;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct InfoAttributes
    {
        public int Program;
        public int Length;
        public ulong Info;
    }
}
