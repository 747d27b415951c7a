namespace MiniRun.Runtime.Seccomp;

/// <summary>What one call gets: the result of the first rule whose tests all hold, or else the default one.</summary>
sealed class Verdict(uint otherwise, IReadOnlyList<ConditionalRule> rules) : IEquatable<Verdict>
{
    public Verdict(uint always)
        : this(always, [])
    {
    }

    public uint Otherwise { get; } = otherwise;

    /// <summary>Without rules the kernel may remember the result of a number and not run the program again.</summary>
    public IReadOnlyList<ConditionalRule> Rules { get; } = rules;

    public bool Equals(Verdict? other) => other is not null && Otherwise == other.Otherwise && Rules.SequenceEqual(other.Rules);

    public override bool Equals(object? obj) => Equals(obj as Verdict);

    public override int GetHashCode() => HashCode.Combine(Otherwise, Rules.Count);
}

/// <summary>A rule for some arguments of a call.</summary>
sealed class ConditionalRule(ArgumentTest[] tests, uint result) : IEquatable<ConditionalRule>
{
    /// <summary>By ascending argument, each but once; all must hold.</summary>
    public IReadOnlyList<ArgumentTest> Tests { get; } = tests;

    public uint Result { get; } = result;

    public bool Equals(ConditionalRule? other) => other is not null && Result == other.Result && Tests.SequenceEqual(other.Tests);

    public override bool Equals(object? obj) => Equals(obj as ConditionalRule);

    public override int GetHashCode() => HashCode.Combine(Result, Tests.Count);
}
