using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Whose a file is, who may change it, how large it is and when it was changed (statx(2)).</summary>
/// <param name="Mode">Kind and permissions, as st_mode.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">Nanoseconds since 1970.</param>
readonly record struct FileStatus(uint Uid, int Mode, long Size, long Modified)
{
    const int WritableByOthers = 0b010_010;
    const int KindMask = 0xF000;
    const int Regular = 0x8000;
    const uint BasicFacts = 0x7FF;
    const int EmptyPath = 0x1000;
    const int NoFollow = 0x100;

    static int Statx => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;

    public bool IsRegularFile => (Mode & KindMask) == Regular;

    /// <summary>Whether nobody but root can have written it.</summary>
    public bool IsRootsAlone => Uid == 0 && (Mode & WritableByOthers) == 0;

    public static FileStatus Of(SafeFileHandle file) => Ask(Files.Number(file), "", EmptyPath);

    /// <summary>Of an entry itself, also where it is a link.</summary>
    /// <exception cref="KernelException">There is none.</exception>
    public static FileStatus Of(Folder folder, string name) => Ask(Files.Number(folder.Handle), name, NoFollow);

    static unsafe FileStatus Ask(int folder, string name, int flags)
    {
        // struct statx is the same on every processor, unlike struct stat.
        var facts = stackalloc byte[256];
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
        {
            KernelException.Check(
                Syscall.Invoke(Statx, (ulong)folder, (ulong)path, (ulong)flags, BasicFacts, (ulong)facts), "statx", name);
        }

        return new FileStatus(
            *(uint*)(facts + 20), *(ushort*)(facts + 28), *(long*)(facts + 40), (*(long*)(facts + 112) * 1_000_000_000) + *(uint*)(facts + 120));
    }
}
