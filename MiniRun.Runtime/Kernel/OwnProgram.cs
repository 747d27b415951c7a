using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>The file that this process executes, as far as it is mapped.</summary>
sealed unsafe partial class OwnProgram : IDisposable
{
    const int DontNeed = 4;
    const int PageSize = 4096;

    /// <summary>Of an entry in pagemap: the page is there (bit 63), and it is the file's (bit 61), not a copy that was written to.</summary>
    const ulong IsFilePage = (1UL << 63) | (1UL << 61);

    readonly SafeFileHandle _pages = Files.OpenPath("/proc/self/pagemap", Open.ReadOnly);
    readonly List<Mapping> _mappings;

    /// <exception cref="KernelException">/proc cannot be read.</exception>
    public OwnProgram()
    {
        using var file = Files.OpenPath("/proc/self/maps", Open.ReadOnly);
        _mappings = Parse(Encoding.UTF8.GetString(Files.ReadAll(file)));
    }

    /// <summary>A piece of a file.</summary>
    /// <param name="IsWritable">Some of its pages may be this process's own.</param>
    internal readonly record struct Mapping(ulong Start, ulong End, bool IsWritable);

    /// <summary>Lets go of the pages that are as they are in the file; those that are needed again come back from the page cache,
    /// where the kernel has mapped sixteen around every one that was touched. Allocates nothing.</summary>
    /// <remarks>For a process with one thread, which changes nothing meanwhile.</remarks>
    public void Forget()
    {
        // What is read-only goes last: this method is in it.
        foreach (var mapping in _mappings)
        {
            if (mapping.IsWritable)
            {
                ForgetUnchanged(mapping);
            }
        }

        foreach (var mapping in _mappings)
        {
            if (!mapping.IsWritable)
            {
                Forget(mapping.Start, mapping.End);
            }
        }
    }

    public void Dispose() => _pages.Dispose();

    /// <summary>The mappings of files in a list of mappings (proc_pid_maps(5)).</summary>
    internal static List<Mapping> Parse(string maps)
    {
        // "0026d000-003ce000 r-xp 0006c000 fe:00 11657442     /path"
        var mappings = new List<Mapping>();
        foreach (var line in maps.AsSpan().EnumerateLines())
        {
            var (dash, blank) = (line.IndexOf('-'), line.IndexOf(' '));
            // Shared ones are no part of the program.
            if (dash > 0 && blank > dash && line.Length > blank + 5 && line[blank + 4] == 'p' && line.Contains('/'))
            {
                mappings.Add(new Mapping(Number(line[..dash]), Number(line[(dash + 1)..blank]), IsWritable: line[blank + 2] == 'w'));
            }
        }

        return mappings;

        static ulong Number(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    void ForgetUnchanged(Mapping mapping)
    {
        const int Most = 256;
        var entries = stackalloc ulong[Most];
        for (var start = mapping.Start; start < mapping.End;)
        {
            var count = (int)Math.Min(Most, (mapping.End - start) / PageSize);
            var read = Syscall.Invoke(
                SyscallNumber.Pread64, (ulong)Files.Number(_pages), (ulong)entries, (ulong)count * sizeof(ulong), start / PageSize * sizeof(ulong));
            if (read != count * sizeof(ulong))
            {
                return;
            }

            for (var i = 0; i < count; i++)
            {
                var page = start + ((ulong)i * PageSize);
                if ((entries[i] & IsFilePage) == IsFilePage)
                {
                    Forget(page, page + PageSize);
                }
            }

            start += (ulong)count * PageSize;
        }
    }

    static void Forget(ulong start, ulong end) => _ = madvise((void*)start, (nuint)(end - start), DontNeed);

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint length, int advice);
}
