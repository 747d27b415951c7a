using CsCheck;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

public sealed class SeccompPropertyTests
{
    [Theory]
    [InlineData(Processor.X64)]
    [InlineData(Processor.Arm64)]
    public void A_program_decides_every_call_as_its_profile_says(Processor processor)
    {
        var (compiled, refused) = (0, 0);
        Gen.Select(RandomProfiles.Spec, RandomProfiles.Call.Array[200]).Sample(
            (spec, calls) =>
            {
                byte[] program;
                try
                {
                    program = spec.Compile(processor).Instructions.ToArray();
                }
                catch (SpecException e) when (e.Message.Contains("conditions of an earlier rule", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                Interlocked.Increment(ref compiled);
                foreach (var call in calls)
                {
                    Assert.Contains(BpfInterpreter.Run(program, call).Result, SeccompReference.Evaluate(spec, processor, call));
                }
            },
            iter: 3_000);
        Assert.True(refused < compiled / 2, $"{refused} of {refused + compiled} profiles contradict themselves");
    }
}
