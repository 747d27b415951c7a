using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class OwnProgramTests
{
    [Fact]
    public void Mappings_of_files_are_those_of_the_program()
    {
        const string Maps = """
            00200000-0023c000 r--p 00000000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            0026d000-003ce000 r-xp 0006c000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            003d0000-0041d000 rw-p 001cd000 fe:00 11657442                           /run/minirun/bin/minirun-runtime
            7fa75c200000-7fa766600000 rw-p 00000000 00:00 0
            7fa766600000-7fa766700000 r-xp 00000000 00:00 0
            7fa766711000-7fa766713000 r-xp 00000000 00:00 0                          [vdso]
            7fa766800000-7fa766801000 r-xp 00000000 00:01 2058                       /memfd:minirun-runtime (deleted)
            7fa766900000-7fa766901000 rw-s 00000000 00:01 2059                       /run/minirun/shared

            """;
        Assert.Equal(
            [new(0x200000, 0x23c000, false), new(0x26d000, 0x3ce000, false), new(0x3d0000, 0x41d000, true), new(0x7fa766800000, 0x7fa766801000, false)],
            OwnProgram.Parse(Maps));
        Assert.Empty(OwnProgram.Parse(""));
    }
}
