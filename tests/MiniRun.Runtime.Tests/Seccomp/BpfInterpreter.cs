using System.Runtime.InteropServices;
using MiniRun.Runtime.Seccomp;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>A call as the kernel shows it to a filter.</summary>
readonly record struct Call(uint Architecture, uint Number, ulong A0 = 0, ulong A1 = 0, ulong A2 = 0, ulong A3 = 0, ulong A4 = 0, ulong A5 = 0)
{
    public const uint X64 = 0xC000003E;
    public const uint I386 = 0x40000003;
    public const uint Arm64 = 0xC00000B7;
    public const uint Arm = 0x40000028;

    /// <summary>The bit in numbers of x32.</summary>
    public const uint X32 = 0x40000000;

    public ulong[] Arguments => [A0, A1, A2, A3, A4, A5];
}

/// <summary>Runs a filter as the kernel does, and refuses what the kernel refuses (kernel/seccomp.c, net/core/filter.c).</summary>
static class BpfInterpreter
{
    /// <returns>What the filter returns, and how many comparisons it took.</returns>
    public static (uint Result, int Comparisons) Run(ReadOnlySpan<byte> bytes, Call call)
    {
        var program = MemoryMarshal.Cast<byte, BpfInstruction>(bytes);
        Assert.InRange(program.Length, 1, 4096);
        var (accumulator, comparisons) = (0U, 0);
        for (var at = 0; ; at++)
        {
            Assert.InRange(at, 0, program.Length - 1);
            var (code, yes, no, operand) = program[at];
            switch (code)
            {
                case 0x20:
                    accumulator = Load(call, operand);
                    break;
                case 0x54:
                    accumulator &= operand;
                    break;
                case 0x05:
                    at = checked(at + (int)operand);
                    break;
                case 0x15 or 0x25 or 0x35 or 0x45:
                    comparisons++;
                    at += Compare(code, accumulator, operand) ? yes : no;
                    break;
                case 0x06:
                    return (operand, comparisons);
                default:
                    Assert.Fail($"instruction {at} has the code 0x{code:x}");
                    break;
            }
        }
    }

    /// <summary>What the kernel can find out and remember that knows nothing but number and architecture; null when the arguments count.</summary>
    public static uint? Constant(ReadOnlySpan<byte> bytes, uint architecture, uint number)
    {
        var program = MemoryMarshal.Cast<byte, BpfInstruction>(bytes);
        var accumulator = 0U;
        for (var at = 0; ; at++)
        {
            var (code, yes, no, operand) = program[at];
            switch (code)
            {
                case 0x20 when operand is 0 or 4:
                    accumulator = operand == 0 ? number : architecture;
                    break;
                case 0x05:
                    at += (int)operand;
                    break;
                case 0x15 or 0x25 or 0x35 or 0x45:
                    at += Compare(code, accumulator, operand) ? yes : no;
                    break;
                case 0x06:
                    return operand;
                default:
                    return null;
            }
        }
    }

    static bool Compare(ushort code, uint accumulator, uint operand) => code switch
    {
        0x15 => accumulator == operand,
        0x25 => accumulator > operand,
        0x35 => accumulator >= operand,
        _ => (accumulator & operand) != 0,
    };

    static uint Load(Call call, uint offset)
    {
        Assert.True(offset % 4 == 0 && offset < 64, $"loads from {offset}");
        return offset switch
        {
            0 => call.Number,
            4 => call.Architecture,
            // The instruction pointer, which no profile knows of.
            8 or 12 => 0,
            _ => (uint)(call.Arguments[(offset - 16) / 8] >> (offset % 8 == 4 ? 32 : 0)),
        };
    }
}
