using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

/// <summary>The device filter of cgroup v2 as an eBPF program (BPF_PROG_TYPE_CGROUP_DEVICE), each instruction in eight bytes:
/// u8 operation, u4 target, u4 source, s16 offset, s32 immediate (bpf_insn of linux/bpf.h).</summary>
/// <remarks>The kernel calls it with { u32 access in the upper half and type in the lower; u32 major; u32 minor } and takes 1
/// for yes. Rules are tried from the last, each takes away what it grants of what is asked for, so that reading may be granted
/// by one and writing by another.</remarks>
static class DeviceProgram
{
    /// <summary>The name that the kernel shows.</summary>
    public const string Name = "minirun_devices";

    const byte LoadWord = 0x61;
    const byte MoveImmediate = 0xb7;
    const byte MoveRegister = 0xbf;
    const byte AndImmediate = 0x57;
    const byte ShiftRightImmediate = 0x77;

    /// <summary>On the lower 32 bits: device numbers are unsigned, immediates are not.</summary>
    const byte JumpIfNotEqual = 0x56;
    const byte JumpIfEqual = 0x16;
    const byte Exit = 0x95;

    const int Result = 0;
    const int Context = 1;
    const int Kind = 2;
    const int Asked = 3;
    const int Major = 4;
    const int Minor = 5;
    const int Scratch = 6;

    const int BlockDevice = 1;
    const int CharacterDevice = 2;

    public static ulong[] Compile(List<(DeviceRule Rule, int Index)> effective)
    {
        var code = new List<ulong>(8 + (effective.Count * 8))
        {
            Instruction(LoadWord, Kind, Context, 0),
            Instruction(MoveRegister, Asked, Kind),
            Instruction(ShiftRightImmediate, Asked, immediate: 16),
            Instruction(AndImmediate, Kind, immediate: 0xffff),
            Instruction(LoadWord, Major, Context, 4),
            Instruction(LoadWord, Minor, Context, 8),
        };
        for (var i = effective.Count - 1; i >= 0; i--)
        {
            var rule = effective[i].Rule;
            if (DeviceRules.IsForAll(rule))
            {
                // The kernel refuses a program with instructions that cannot be reached.
                Answer(code, rule.Allow);
                return [.. code];
            }

            AddRule(code, rule);
        }

        Answer(code, isAllowed: false);
        return [.. code];
    }

    static void AddRule(List<ulong> code, DeviceRule rule)
    {
        var access = DeviceRules.Access(rule);
        if (access is DeviceAccess.None || rule.Major > uint.MaxValue || rule.Minor > uint.MaxValue)
        {
            return;
        }

        var tests = new List<int>(4);
        if (rule.Type is not 'a')
        {
            Test(JumpIfNotEqual, Kind, rule.Type is 'b' ? BlockDevice : CharacterDevice);
        }

        if (rule.Major is { } major)
        {
            Test(JumpIfNotEqual, Major, (int)(uint)major);
        }

        if (rule.Minor is { } minor)
        {
            Test(JumpIfNotEqual, Minor, (int)(uint)minor);
        }

        if (rule.Allow)
        {
            code.Add(Instruction(AndImmediate, Asked, immediate: ~(int)access));
            Test(JumpIfNotEqual, Asked, 0);
        }
        else
        {
            code.Add(Instruction(MoveRegister, Scratch, Asked));
            code.Add(Instruction(AndImmediate, Scratch, immediate: (int)access));
            Test(JumpIfEqual, Scratch, 0);
        }

        Answer(code, rule.Allow);
        foreach (var test in tests)
        {
            // Offsets count from the instruction after the jump.
            code[test] |= (ulong)(ushort)(code.Count - test - 1) << 16;
        }

        void Test(byte operation, int register, int value)
        {
            tests.Add(code.Count);
            code.Add(Instruction(operation, register, immediate: value));
        }
    }

    static void Answer(List<ulong> code, bool isAllowed)
    {
        code.Add(Instruction(MoveImmediate, Result, immediate: isAllowed ? 1 : 0));
        code.Add(Instruction(Exit, 0));
    }

    static ulong Instruction(byte operation, int target, int source = 0, short offset = 0, int immediate = 0) =>
        operation | ((ulong)(uint)(target | (source << 4)) << 8) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32);
}
