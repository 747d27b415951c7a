namespace MiniRun.Runtime.Sandbox;

/// <summary>A descriptor in a plan: one that a step will put into a register, or one that the parent has opened before.</summary>
readonly record struct PlanDescriptor(long Value, bool IsRegister)
{
    public static implicit operator PlanDescriptor(Register register) => new(register.Index, IsRegister: true);

    public static implicit operator PlanDescriptor(int number) => new(number, IsRegister: false);
}
