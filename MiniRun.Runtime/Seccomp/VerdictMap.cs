using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>What every 32-bit number gets that a program of one architecture can put into its register.</summary>
sealed class VerdictMap
{
    /// <summary>A tracer that skips a call puts this number in its place (seccomp(2)).</summary>
    const uint Skipped = uint.MaxValue;

    static readonly Verdict Kill = new(SeccompReturn.KillThread);
    static readonly Verdict NoSuchCall = new(SeccompReturn.NoSuchCall);

    readonly Dictionary<uint, Verdict> _named = [];
    readonly Verdict _otherwise;
    readonly bool _hidesNewer;
    readonly AbiRules _main;
    readonly AbiRules? _x32;

    /// <param name="abis">One, or x86-64 and x32.</param>
    public VerdictMap(SeccompSpec spec, IReadOnlyList<AbiRules> abis)
    {
        _main = abis[0];
        _x32 = abis.Count > 1 ? abis[1] : null;
        _otherwise = new Verdict(SeccompReturn.Of(spec.DefaultAction, spec.DefaultErrno));
        // Programs try new calls and go back to old ones when the kernel has none; EPERM would be taken for an answer.
        _hidesNewer = spec.DefaultAction is not (SeccompAction.Allow or SeccompAction.Log or SeccompAction.Trace);
        foreach (var (number, verdict) in abis.SelectMany(abi => abi.Verdicts(_otherwise.Otherwise)))
        {
            _named[number] = verdict;
        }
    }

    /// <summary>Ranges from each start to the next one, ascending from 0; neighbours differ.</summary>
    public List<(uint Start, Verdict Verdict)> Ranges()
    {
        SortedSet<uint> starts = [0, SyscallAbis.X32Bit, 2 * SyscallAbis.X32Bit, 3 * SyscallAbis.X32Bit, Skipped, _main.Highest + 1];
        starts.Add((_x32 ?? _main).Highest + 1);
        foreach (var number in _named.Keys)
        {
            starts.Add(number);
            starts.Add(number + 1);
        }

        var ranges = new List<(uint Start, Verdict Verdict)>();
        foreach (var start in starts)
        {
            var verdict = At(start);
            if (ranges.Count == 0 || !ranges[^1].Verdict.Equals(verdict))
            {
                ranges.Add((start, verdict));
            }
        }

        return ranges;
    }

    Verdict At(uint number)
    {
        if (Owner(number) is not { } owner)
        {
            return number == Skipped ? _otherwise : Kill;
        }

        return Hides(owner) && number > owner.Highest ? NoSuchCall : _named.GetValueOrDefault(number, _otherwise);
    }

    /// <summary>Whose number it is; null when it is x32's and the profile does not name x32.</summary>
    AbiRules? Owner(uint number)
    {
        if (_main.Abi is not SyscallAbi.X64 || number < SyscallAbis.X32Bit)
        {
            return _main;
        }

        // runc asks for the bit, libseccomp for a number above it; without x32 only one of them looks at the rest.
        return (number & SyscallAbis.X32Bit) != 0 ? _x32 : _x32 is not null || Hides(_main) ? _main : null;
    }

    bool Hides(AbiRules abi) => _hidesNewer && abi.Highest > 0;
}
