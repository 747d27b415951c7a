using System.Buffers.Binary;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>Runs the instructions of eBPF (bpf-docs, instruction-set.rst) that a device filter uses, and refuses what the
/// kernel's verifier would: any other, a jump out of the program or back, a read of what was not set or lies outside.</summary>
static class BpfInterpreter
{
    public static bool Allows(ReadOnlySpan<ulong> program, uint access, uint type, uint major, uint minor)
    {
        Span<byte> context = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(context, (access << 16) | type);
        BinaryPrimitives.WriteUInt32LittleEndian(context[4..], major);
        BinaryPrimitives.WriteUInt32LittleEndian(context[8..], minor);
        var registers = new ulong?[11];
        registers[1] = 0;
        for (var at = 0; ; at++)
        {
            var word = program[at];
            var (operation, target, source) = ((byte)word, (int)(word >> 8) & 15, (int)(word >> 12) & 15);
            var (offset, immediate) = ((short)(word >> 16), (int)(word >> 32));
            switch (operation)
            {
                case 0x61:
                    registers[target] = source == 1 ? BinaryPrimitives.ReadUInt32LittleEndian(context[offset..]) : throw new InvalidOperationException("no context");
                    break;
                case 0xb7:
                    registers[target] = (ulong)(long)immediate;
                    break;
                case 0xbf:
                    registers[target] = registers[source]!.Value;
                    break;
                case 0x57:
                    registers[target] = registers[target]!.Value & (ulong)(long)immediate;
                    break;
                case 0x77:
                    registers[target] = registers[target]!.Value >> immediate;
                    break;
                case 0x56:
                    at += Jump(at, offset, (uint)registers[target]!.Value != (uint)immediate);
                    break;
                case 0x16:
                    at += Jump(at, offset, (uint)registers[target]!.Value == (uint)immediate);
                    break;
                case 0x95:
                    return registers[0]!.Value == 1;
                default:
                    throw new InvalidOperationException($"instruction {at} is 0x{operation:x2}");
            }
        }
    }

    static int Jump(int at, short offset, bool isTaken) =>
        offset < 0 ? throw new InvalidOperationException($"instruction {at} jumps back") : isTaken ? offset : 0;
}
