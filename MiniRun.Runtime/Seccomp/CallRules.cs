using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Collects the rules of one call and puts them in the order in which they are tried.</summary>
/// <remarks>A rule without conditions beats all others of its call. Among rules with conditions the order only matters where
/// two with different results meet: libseccomp then tries the higher argument first, exact values before upper and those
/// before lower bounds, and the tighter of two bounds first; the order of the profile decides only what is left.</remarks>
sealed class CallRules
{
    readonly List<Branch> _branches = [];
    uint? _always;

    /// <exception cref="SpecException">The rule contradicts one of the same call under the same conditions.</exception>
    public void Add(ConditionalRule rule, bool wide, string path)
    {
        if (_always is not null)
        {
            return;
        }

        if (rule.Tests.Count == 0)
        {
            _always = rule.Result;
            return;
        }

        var level = _branches;
        Outcome? end = null;
        foreach (var step in Steps(rule, wide))
        {
            end = Find(level, step).Outcome(step);
            level = end.Next;
            if (end.Rule is { } known)
            {
                if (known.Tests.Count == rule.Tests.Count && known.Result != rule.Result)
                {
                    throw new SpecException(path, "gives a call another result under the conditions of an earlier rule; leave one of them out");
                }

                // The known rule matches wherever the new one would.
                return;
            }
        }

        end!.Rule = rule;
    }

    public Verdict Decide(uint otherwise) =>
        _always is { } always ? new Verdict(always) : new Verdict(otherwise, [.. _branches.SelectMany(static branch => branch.Rules())]);

    static Branch Find(List<Branch> level, Step step)
    {
        var at = 0;
        for (; at < level.Count; at++)
        {
            if (level[at].Step.IsSame(step))
            {
                return level[at];
            }

            if (level[at].Step.ComesAfter(step))
            {
                break;
            }
        }

        var branch = new Branch(step);
        level.Insert(at, branch);
        return branch;
    }

    /// <summary>The halves of a rule's tests, as they are compared: the upper one first.</summary>
    static IEnumerable<Step> Steps(ConditionalRule rule, bool wide)
    {
        foreach (var test in rule.Tests)
        {
            if (wide)
            {
                yield return new Step(test, IsUpper: true);
            }

            yield return new Step(test, IsUpper: false);
        }
    }

    readonly record struct Step(ArgumentTest Test, bool IsUpper)
    {
        /// <summary>Whether the test holds where the comparison fails: no comparison of BPF is for less or unequal.</summary>
        public bool IsNegated => !IsUpper && Test.Operator is SeccompOperator.NotEqual or SeccompOperator.Less or SeccompOperator.LessOrEqual;

        uint Value => (uint)(IsUpper ? Test.Value >> 32 : Test.Value);

        uint Mask => (uint)(IsUpper ? Test.Mask >> 32 : Test.Mask);

        int Rank => Test.Operator switch
        {
            SeccompOperator.Less or SeccompOperator.LessOrEqual => 2,
            SeccompOperator.Greater or SeccompOperator.GreaterOrEqual => 1,
            _ => 3,
        };

        SeccompOperator Comparison => Test.Operator switch
        {
            SeccompOperator.MaskedEqual => SeccompOperator.MaskedEqual,
            SeccompOperator.Equal or SeccompOperator.NotEqual => SeccompOperator.Equal,
            SeccompOperator.GreaterOrEqual or SeccompOperator.Less when !IsUpper => SeccompOperator.GreaterOrEqual,
            _ => SeccompOperator.Greater,
        };

        /// <summary>Whether one comparison does for both.</summary>
        public bool IsSame(Step other) =>
            (Test.Argument, IsUpper, Value, Mask, Comparison) == (other.Test.Argument, other.IsUpper, other.Value, other.Mask, other.Comparison);

        /// <summary>Whether the other one, although later in the profile, is tried first.</summary>
        public bool ComesAfter(Step other)
        {
            if (Test.Argument != other.Test.Argument)
            {
                return Test.Argument < other.Test.Argument;
            }

            if (Rank != other.Rank)
            {
                return Rank < other.Rank;
            }

            return Rank == 2 ? Value > other.Value : Value < other.Value;
        }
    }

    /// <summary>A comparison, and what follows where it holds and where it does not.</summary>
    sealed class Branch(Step step)
    {
        readonly Outcome _holds = new();
        readonly Outcome _fails = new();

        public Step Step { get; } = step;

        public Outcome Outcome(Step step) => step.IsNegated ? _fails : _holds;

        public IEnumerable<ConditionalRule> Rules() => _holds.Rules().Concat(_fails.Rules());
    }

    sealed class Outcome
    {
        public List<Branch> Next { get; } = [];

        /// <summary>The rule that ends here. What follows came before it, and asks for more.</summary>
        public ConditionalRule? Rule { get; set; }

        public IEnumerable<ConditionalRule> Rules()
        {
            var longer = Next.SelectMany(static branch => branch.Rules());
            return Rule is { } rule ? longer.Append(rule) : longer;
        }
    }
}
