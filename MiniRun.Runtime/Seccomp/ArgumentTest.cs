using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>A condition on one argument, brought to the width of an ABI.</summary>
/// <param name="Value">What the argument is compared with.</param>
/// <param name="Mask">Of the bits that count: all of them, but for <see cref="SeccompOperator.MaskedEqual"/>.</param>
readonly record struct ArgumentTest(int Argument, SeccompOperator Operator, ulong Value, ulong Mask)
{
    public static ArgumentTest Of(SeccompCondition condition, bool wide)
    {
        var width = wide ? ulong.MaxValue : uint.MaxValue;
        return condition.Operator is SeccompOperator.MaskedEqual
            ? new((int)condition.Index, condition.Operator, condition.SecondValue & condition.Value & width, condition.Value & width)
            : new((int)condition.Index, condition.Operator, condition.Value & width, width);
    }

    /// <summary>A mask without bits leaves nothing to compare.</summary>
    public bool IsAlwaysTrue => Mask == 0;

    /// <summary>Emits the test, last instruction first.</summary>
    /// <returns>Where it begins.</returns>
    public int Emit(BpfAssembler assembler, int onTrue, int onFalse)
    {
        // A condition is a comparison of the lower half, unless the upper half has decided.
        var (comparison, yes, no) = Operator switch
        {
            SeccompOperator.NotEqual => (ClassicBpf.JumpIfEqual, onFalse, onTrue),
            SeccompOperator.Greater => (ClassicBpf.JumpIfGreater, onTrue, onFalse),
            SeccompOperator.GreaterOrEqual => (ClassicBpf.JumpIfGreaterOrEqual, onTrue, onFalse),
            SeccompOperator.LessOrEqual => (ClassicBpf.JumpIfGreater, onFalse, onTrue),
            SeccompOperator.Less => (ClassicBpf.JumpIfGreaterOrEqual, onFalse, onTrue),
            _ => (ClassicBpf.JumpIfEqual, onTrue, onFalse),
        };
        var low = Half(assembler, ClassicBpf.ArgumentOffset(Argument), comparison, (uint)Value, (uint)Mask, yes, no);
        var offset = ClassicBpf.ArgumentOffset(Argument) + sizeof(uint);
        var (upper, upperMask) = ((uint)(Value >> 32), (uint)(Mask >> 32));
        if (comparison == ClassicBpf.JumpIfEqual || upperMask == 0)
        {
            return Half(assembler, offset, comparison, upper, upperMask, low, no);
        }

        var equal = assembler.JumpIf(ClassicBpf.JumpIfEqual, upper, low, no);
        return Half(assembler, offset, ClassicBpf.JumpIfGreater, upper, upperMask, yes, equal);
    }

    static int Half(BpfAssembler assembler, int offset, ushort comparison, uint value, uint mask, int onTrue, int onFalse)
    {
        if (mask == 0)
        {
            return onTrue;
        }

        assembler.JumpIf(comparison, value, onTrue, onFalse);
        if (mask != uint.MaxValue)
        {
            assembler.And(mask);
        }

        return assembler.Load(offset);
    }
}
