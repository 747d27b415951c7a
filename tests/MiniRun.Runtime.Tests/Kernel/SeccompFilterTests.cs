using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed unsafe class SeccompFilterTests
{
    [Fact]
    public void A_program_lies_in_plan_memory_as_the_kernel_reads_it()
    {
        using var arena = new Arena();
        byte[] instructions = [.. Enumerable.Range(0, 24).Select(number => (byte)number)];
        var place = SeccompFilter.Place(arena, instructions);
        Assert.Equal(3, *(ushort*)place);
        Assert.Equal(instructions, new Span<byte>(*(byte**)(place + 8), 24).ToArray());
    }
}
