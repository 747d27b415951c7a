namespace MiniRun.Runtime.Seccomp;

/// <summary>The numbers of the system calls by their names, as of Linux 7.1.</summary>
static partial class SyscallTable
{
    /// <summary>The calls of an ABI; x32's numbers carry their bit.</summary>
    public static Dictionary<string, uint> Of(SyscallAbi abi)
    {
        var calls = new Dictionary<string, uint>(512, StringComparer.Ordinal);
        switch (abi)
        {
            case SyscallAbi.X64:
                Read(X64, calls);
                Read(Common, calls);
                break;
            case SyscallAbi.X32:
                Read(X64, calls, SyscallAbis.X32Bit);
                Read(Common, calls, SyscallAbis.X32Bit);
                Read(X32, calls, SyscallAbis.X32Bit);
                Remove(NotX32, calls);
                break;
            case SyscallAbi.I386:
                Read(I386, calls);
                Read(Common, calls);
                break;
            case SyscallAbi.Arm64:
                Read(Arm64, calls);
                Read(Common, calls);
                break;
            default:
                Read(Arm, calls);
                Read(Common, calls);
                Remove(NotArm, calls);
                break;
        }

        return calls;
    }

    /// <summary>The names of all calls of all processors.</summary>
    public static IEnumerable<string> AllNames() =>
        Enum.GetValues<SyscallAbi>().SelectMany(static abi => Of(abi).Keys).Concat(Elsewhere.Split(' '));

    /// <summary>Reads lines that begin with a number and go on with the names of that call and of those after it.</summary>
    static void Read(string lines, Dictionary<string, uint> calls, uint bit = 0)
    {
        foreach (var line in lines.AsSpan().EnumerateLines())
        {
            var number = 0U;
            foreach (var word in line.Split(' '))
            {
                if (word.Start.Value == 0)
                {
                    number = uint.Parse(line[word], null);
                }
                else
                {
                    calls[line[word].ToString()] = number++ | bit;
                }
            }
        }
    }

    static void Remove(string names, Dictionary<string, uint> calls)
    {
        foreach (var name in names.AsSpan().Split(' '))
        {
            calls.Remove(names[name]);
        }
    }
}
