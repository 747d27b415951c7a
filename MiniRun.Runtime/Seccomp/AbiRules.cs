using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>What a profile says about the calls of one ABI.</summary>
sealed class AbiRules(SyscallAbi abi)
{
    readonly Dictionary<string, uint> _numbers = SyscallTable.Of(abi);
    readonly Dictionary<uint, CallRules> _calls = [];

    public SyscallAbi Abi { get; } = abi;

    /// <summary>The highest number that the profile names, and whose successors it therefore cannot know; 0 when it names none.</summary>
    public uint Highest { get; private set; }

    public bool Knows(string name) => _numbers.ContainsKey(name) || IsMultiplexed(name);

    /// <summary>Notes that the profile knows a call, whatever it says about it.</summary>
    public void Mention(string name)
    {
        // runc does not count what i386 reaches through another call, although it has numbers too.
        if (_numbers.TryGetValue(name, out var number) && !IsMultiplexed(name))
        {
            Highest = Math.Max(Highest, number);
        }
    }

    /// <param name="conditions">All must hold; each of another argument.</param>
    /// <param name="path">Of the rule in the document.</param>
    public void Add(string name, IReadOnlyList<SeccompCondition> conditions, uint result, string path)
    {
        if (Abi is SyscallAbi.I386 && Multiplexer.Find(name) is var (through, number))
        {
            // The first argument then chooses the call, and the call's own lie in memory, where no filter can look.
            var choice = new SeccompCondition(0, number, 0, SeccompOperator.Equal);
            Add(_numbers[through], [choice, .. conditions.Where(static condition => condition.Index != 0)], result, path);
        }

        if (_numbers.TryGetValue(name, out var own))
        {
            Add(own, conditions, result, path);
        }
    }

    /// <summary>What each call gets that a rule is about, by number.</summary>
    public IEnumerable<(uint Number, Verdict Verdict)> Verdicts(uint otherwise) =>
        _calls.Select(call => (call.Key, call.Value.Decide(otherwise)));

    bool IsMultiplexed(string name) => Abi is SyscallAbi.I386 && Multiplexer.Find(name) is not null;

    void Add(uint number, IReadOnlyList<SeccompCondition> conditions, uint result, string path)
    {
        if (!_calls.TryGetValue(number, out var rules))
        {
            _calls[number] = rules = new CallRules();
        }

        // Nearly all rules are of this kind.
        if (conditions.Count == 0)
        {
            rules.Add(new ConditionalRule([], result), Abi.IsWide(), path);
            return;
        }

        var tests = conditions.Select(condition => ArgumentTest.Of(condition, Abi.IsWide()))
            .Where(static test => !test.IsAlwaysTrue)
            .OrderBy(static test => test.Argument);
        rules.Add(new ConditionalRule([.. tests], result), Abi.IsWide(), path);
    }
}
