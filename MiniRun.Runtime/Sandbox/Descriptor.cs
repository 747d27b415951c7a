namespace MiniRun.Runtime.Sandbox;

/// <summary>A descriptor in a plan: one that a step will put into a register, or one that the parent has opened before.</summary>
readonly record struct Descriptor(long Value, bool IsRegister)
{
    public static implicit operator Descriptor(Register register) => new(register.Index, IsRegister: true);

    public static implicit operator Descriptor(int number) => new(number, IsRegister: false);
}
