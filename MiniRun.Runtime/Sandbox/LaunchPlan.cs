using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Sandbox;

/// <summary>
/// A container's start as data: every system call that the child makes between <c>clone3</c> and <c>execve</c>, decided and
/// marshalled in advance. <see cref="ContainerPlan"/> writes it, <see cref="Launcher"/> clones and interprets it,
/// <see cref="PlanPrinter"/> prints it, and a failing step is reported by its place in it.
/// </summary>
sealed unsafe class LaunchPlan(LaunchMemory memory) : IDisposable
{
    public LaunchMemory Memory { get; } = memory;

    public int Count => Memory.Header->StepCount;

    public ref readonly LaunchStep this[int index] => ref Memory.Steps[index];

    /// <summary>The name of a register.</summary>
    public string Register(int index)
    {
        var names = (ulong*)Memory.At(Memory.Header->RegisterNames);
        return Marshal.PtrToStringUTF8((nint)Memory.At(names[index]))!;
    }

    public int RegisterCount => Memory.Header->RegisterCount;

    /// <summary>The bytes that the steps point to live as long as the plan.</summary>
    public void Dispose() => Memory.Dispose();
}
