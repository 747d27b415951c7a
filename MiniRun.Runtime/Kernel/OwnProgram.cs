using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>The file that this process executes, as far as it is mapped.</summary>
static unsafe partial class OwnProgram
{
    const int DontNeed = 4;

    /// <summary>Lets go of the pages of code that were used so far; those that are needed again come back from the page cache.</summary>
    /// <remarks>Code only: nobody can have changed it. Of a program's data some pages are this process's own.</remarks>
    public static void ForgetCode()
    {
        using var file = Files.OpenPath("/proc/self/maps", Open.ReadOnly);
        foreach (var (start, end) in Code(Encoding.UTF8.GetString(Files.ReadAll(file))))
        {
            _ = madvise((void*)start, (nuint)(end - start), DontNeed);
        }
    }

    /// <summary>The executable mappings of files in a list of mappings (proc_pid_maps(5)).</summary>
    internal static List<(ulong Start, ulong End)> Code(string maps)
    {
        // "0026d000-003ce000 r-xp 0006c000 fe:00 11657442     /path"
        var code = new List<(ulong, ulong)>();
        foreach (var line in maps.AsSpan().EnumerateLines())
        {
            var (dash, blank) = (line.IndexOf('-'), line.IndexOf(' '));
            if (dash > 0 && blank > dash && line[blank..].StartsWith(" r-xp ") && line.Contains('/'))
            {
                code.Add((Number(line[..dash]), Number(line[(dash + 1)..blank])));
            }
        }

        return code;

        static ulong Number(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint length, int advice);
}
