using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Builds a program from its end to its beginning, so that the target of every jump is known when the jump is made.</summary>
/// <remarks>A place in the program is its distance from the end.</remarks>
sealed class BpfAssembler
{
    /// <summary>A conditional jump has eight bits for its distance.</summary>
    const int Reach = byte.MaxValue;

    readonly List<BpfInstruction> _reversed = [];
    readonly Dictionary<uint, int> _returns = [];

    public int Length => _reversed.Count;

    /// <summary>The place of an instruction that returns this value and that a jump made now can reach.</summary>
    public int Return(uint value)
    {
        // Both targets of a jump may have to be brought near before the jump itself is made.
        const int Margin = 4;
        if (!_returns.TryGetValue(value, out var place) || Length - place + Margin > Reach)
        {
            place = Add(new(ClassicBpf.Return, 0, 0, value));
            _returns[value] = place;
        }

        return place;
    }

    /// <summary>Compares the loaded value with the operand.</summary>
    public int JumpIf(ushort comparison, uint operand, int onTrue, int onFalse)
    {
        var nearTrue = Near(onTrue);
        var nearFalse = Near(onFalse);
        return Add(new(comparison, (byte)Distance(nearTrue), (byte)Distance(nearFalse), operand));
    }

    /// <summary>Loads 32 bits of what the kernel tells about the call; the instruction made before this one comes next.</summary>
    public int Load(int offset) => Add(new(ClassicBpf.Load, 0, 0, (uint)offset));

    /// <summary>Loads, and goes on at a place.</summary>
    public int Load(int offset, int next)
    {
        if (Distance(next) != 0)
        {
            Add(new(ClassicBpf.Jump, 0, 0, (uint)Distance(next)));
        }

        return Load(offset);
    }

    public int And(uint mask) => Add(new(ClassicBpf.And, 0, 0, mask));

    /// <summary>The program, first instruction first, as the kernel reads it.</summary>
    public byte[] Finish()
    {
        var program = _reversed.ToArray();
        Array.Reverse(program);
        return MemoryMarshal.AsBytes<BpfInstruction>(program).ToArray();
    }

    /// <summary>The place itself, or one from where the program goes there.</summary>
    int Near(int place)
    {
        // The other target of the same jump may still need an instruction between.
        if (Distance(place) + 1 <= Reach)
        {
            return place;
        }

        var target = _reversed[place];
        return target.Code == ClassicBpf.Return ? Return(target.Operand) : Add(new(ClassicBpf.Jump, 0, 0, (uint)Distance(place)));
    }

    /// <summary>How many instructions lie between the next one to be made and a place.</summary>
    int Distance(int place) => Length - place - 1;

    int Add(BpfInstruction instruction)
    {
        _reversed.Add(instruction);
        return Length - 1;
    }
}
