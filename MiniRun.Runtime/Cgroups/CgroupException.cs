using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>A resource that was asked for and cannot be given: the JSON path of the field, what is in the way, and the way out.</summary>
sealed class CgroupException(string field, string problem, Errno errno = Errno.None) : IOException($"{field}: {problem}")
{
    /// <summary>Such as <c>$.linux.resources.memory.limit</c>.</summary>
    public string Field { get; } = field;

    /// <summary>The message without the field.</summary>
    public string Problem { get; } = problem;

    /// <summary>What the kernel said; <see cref="Errno.None"/> when it was not asked.</summary>
    public Errno Errno { get; } = errno;
}
