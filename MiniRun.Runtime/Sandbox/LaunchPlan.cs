using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>
/// A container's start as data: every system call that the child makes between <c>clone3</c> and <c>execve</c>, decided and
/// marshalled in advance. <see cref="ContainerPlan"/> writes it, <see cref="Launcher"/> clones and interprets it,
/// <see cref="PlanPrinter"/> prints it, and a failing step is reported by its place in it.
/// </summary>
sealed class LaunchPlan(IReadOnlyList<LaunchStep> steps, IReadOnlyList<string> registers, Arena arena) : IDisposable
{
    /// <summary>Registers that a plan may use.</summary>
    public const int MaximumRegisters = 64;

    public IReadOnlyList<LaunchStep> Steps { get; } = steps;

    /// <summary>The registers' names, by number.</summary>
    public IReadOnlyList<string> Registers { get; } = registers;

    /// <summary>The bytes that the steps point to live as long as the plan.</summary>
    public void Dispose() => arena.Dispose();
}
