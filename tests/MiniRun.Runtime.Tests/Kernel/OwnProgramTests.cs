using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class OwnProgramTests
{
    [Fact]
    public void Code_is_what_is_executable_and_from_a_file()
    {
        const string Maps = """
            00200000-0023c000 r--p 00000000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            0026d000-003ce000 r-xp 0006c000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            003d0000-0041d000 rw-p 001cd000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            7fa75c200000-7fa766600000 rw-p 00000000 00:00 0
            7fa766600000-7fa766700000 r-xp 00000000 00:00 0
            7fa766711000-7fa766713000 r-xp 00000000 00:00 0                          [vdso]
            7fa766800000-7fa766801000 r-xp 00000000 00:01 2058                       /memfd:minirun-runtime (deleted)

            """;
        Assert.Equal([(0x26d000UL, 0x3ce000UL), (0x7fa766800000UL, 0x7fa766801000UL)], OwnProgram.Code(Maps));
        Assert.Empty(OwnProgram.Code(""));
    }
}
