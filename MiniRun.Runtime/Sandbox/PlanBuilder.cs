using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes steps: one method for each system call that plans use, with its arguments marshalled as they come.</summary>
/// <remarks>Straight into the memory that the child reads; it sees only what <see cref="Publish"/> has counted.</remarks>
sealed unsafe partial class PlanBuilder(LaunchMemory memory)
{
    readonly Arena _arena = memory.Arena;
    readonly List<string> _registers = [];
    readonly Dictionary<string, Stack<Register>> _free = [];

    public int Count { get; private set; }

    /// <summary>Lets the child run what is written so far.</summary>
    public void Publish()
    {
        if (_registers.Count > 0)
        {
            // For whoever reads why a step failed, which may be before the rest is written.
            memory.Header->RegisterCount = _registers.Count;
            memory.Header->RegisterNames = (ulong)_arena.Texts(_registers);
        }

        Volatile.Write(ref memory.Header->StepCount, Count);
    }

    public LaunchPlan Build()
    {
        Publish();
        return new LaunchPlan(memory);
    }

    /// <summary>A register for a result that a later step puts there.</summary>
    public Register NewRegister(string name) => Allocate(name);

    /// <summary>A register under a name; one of the same name that was released is used again.</summary>
    Register Allocate(string name)
    {
        if (_free.TryGetValue(name, out var released) && released.TryPop(out var register))
        {
            return register;
        }

        if (_registers.Count == LaunchMemory.MaximumRegisters)
        {
            throw new InvalidOperationException("the plan needs more registers than there are");
        }

        var count = _registers.Count(n => n.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') == name);
        _registers.Add(count == 0 ? name : name + (count + 1));
        return new Register(_registers.Count - 1);
    }

    /// <summary>Gives a register's place back; what it holds is not needed any more.</summary>
    public void Release(Register register)
    {
        var name = _registers[register.Index].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (!_free.TryGetValue(name, out var released))
        {
            _free[name] = released = [];
        }

        released.Push(register);
    }

    /// <summary>Appends a call; an argument is an immediate or a register.</summary>
    void Call(int number, ReadOnlySpan<Argument> arguments, Register? result = null)
    {
        if (Count == LaunchMemory.MaximumSteps)
        {
            throw new InvalidOperationException($"the plan needs more than {LaunchMemory.MaximumSteps} steps");
        }

        ref var step = ref memory.Steps[Count++];
        step = new LaunchStep { Number = number, Result = result is { } r ? (short)r.Index : LaunchStep.NoResult };
        for (var i = 0; i < arguments.Length; i++)
        {
            step.Arguments[i] = arguments[i].Value;
            if (arguments[i].IsRegister)
            {
                step.RegisterArguments |= (byte)(1 << i);
            }
        }
    }

    /// <summary>The step just written may fail with these errors.</summary>
    public PlanBuilder Tolerate(params ReadOnlySpan<Errno> errors) => Tolerate(Mark(), errors);

    /// <summary>The marked step may fail with these errors.</summary>
    public PlanBuilder Tolerate(int mark, params ReadOnlySpan<Errno> errors)
    {
        ref var step = ref memory.Steps[mark];
        var place = 0;
        while (step.Tolerated[place] != 0)
        {
            place++;
        }

        foreach (var errno in errors)
        {
            step.Tolerated[place++] = (byte)errno;
        }

        return this;
    }

    /// <summary>Marks the step just written, so that a later call can set how far it jumps.</summary>
    public int Mark() => Count - 1;

    /// <summary>When the marked step succeeds, everything written since is left out.</summary>
    public void SkipFromOnSuccess(int mark) => memory.Steps[mark].SkipOnSuccess = checked((ushort)(Count - 1 - mark));

    /// <summary>When the marked step fails with a tolerated error, everything written since is left out.</summary>
    public void SkipFromOnTolerated(int mark) => memory.Steps[mark].SkipOnTolerated = checked((ushort)(Count - 1 - mark));

    Argument Text(string text) => new((ulong)_arena.Text(text));

    Argument Structure<T>(T value)
        where T : unmanaged => new((ulong)_arena.Structure(value));

    readonly record struct Argument(ulong Value, bool IsRegister = false)
    {
        public static implicit operator Argument(int value) => new((ulong)value);

        public static implicit operator Argument(uint value) => new(value);

        public static implicit operator Argument(long value) => new((ulong)value);

        public static implicit operator Argument(ulong value) => new(value);

        public static implicit operator Argument(Register register) => new((ulong)register.Index, IsRegister: true);
    }
}
