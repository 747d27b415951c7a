namespace MiniRun.Runtime.Seccomp;

/// <summary>Emits the search for the range of a number, by halving, and what each range gets.</summary>
sealed class NumberTree(List<(uint Start, Verdict Verdict)> ranges, BpfAssembler assembler)
{
    readonly Dictionary<Verdict, int> _tests = [];

    /// <summary>Emits the tree, last instruction first; it expects the number to be loaded.</summary>
    /// <returns>Where it begins.</returns>
    public int Emit() => Emit(0, ranges.Count - 1);

    int Emit(int first, int last)
    {
        if (first == last)
        {
            return Leaf(ranges[first].Verdict);
        }

        var middle = (first + last + 1) / 2;
        var upper = Emit(middle, last);
        var lower = Emit(first, middle - 1);
        return assembler.JumpIf(ClassicBpf.JumpIfGreaterOrEqual, ranges[middle].Start, upper, lower);
    }

    int Leaf(Verdict verdict)
    {
        if (verdict.Rules.Count == 0)
        {
            return assembler.Return(verdict.Otherwise);
        }

        if (!_tests.TryGetValue(verdict, out var place))
        {
            place = assembler.Return(verdict.Otherwise);
            foreach (var rule in verdict.Rules.Reverse())
            {
                place = Rule(rule, place);
            }

            _tests[verdict] = place;
        }

        return place;
    }

    int Rule(ConditionalRule rule, int onFalse)
    {
        var place = assembler.Return(rule.Result);
        foreach (var test in rule.Tests.Reverse())
        {
            place = test.Emit(assembler, place, onFalse);
        }

        return place;
    }
}
