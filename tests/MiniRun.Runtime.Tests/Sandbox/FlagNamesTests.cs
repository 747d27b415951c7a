using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class FlagNamesTests
{
    [Theory]
    [InlineData(0UL, "O_RDONLY")]
    [InlineData(1UL, "O_WRONLY")]
    [InlineData(2UL, "O_RDWR")]
    [InlineData(0xC1UL, "O_WRONLY|O_CREAT|O_EXCL")]
    [InlineData(0x280000UL, "O_CLOEXEC|O_PATH")]
    [InlineData(0x80000400UL, "O_RDONLY|0x80000400")]
    public void Open_flags(ulong flags, string names) => Assert.Equal(names, FlagNames.Open(flags));

    [Fact]
    public void Open_flags_that_depend_on_the_processor() =>
        Assert.Equal("O_PATH|O_DIRECTORY|O_NOFOLLOW", FlagNames.Open((ulong)(Open.Path | Files.Directory | Files.NoFollow)));

    [Theory]
    [InlineData(0UL, "0")]
    [InlineData(0x12UL, "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS")]
    [InlineData(0x84UL, "RESOLVE_NO_SYMLINKS|0x80")]
    public void Resolve_flags(ulong flags, string names) => Assert.Equal(names, FlagNames.Resolve(flags));

    [Theory]
    [InlineData(0UL, "0")]
    [InlineData(0xFUL, "ro|nosuid|nodev|noexec")]
    [InlineData(0x70UL, "atime modes")]
    [InlineData(0x10UL, "noatime")]
    [InlineData(0x2000A0UL, "nodiratime|nosymfollow|strictatime")]
    public void Mount_attributes(ulong flags, string names) => Assert.Equal(names, FlagNames.Attributes(flags));

    [Theory]
    [InlineData(0x80001UL, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC")]
    [InlineData(0x9000UL, "AT_EMPTY_PATH|AT_RECURSIVE")]
    [InlineData(0x44000UL, "MS_REC|MS_PRIVATE")]
    public void Tree_flags(ulong flags, string names) => Assert.Equal(names, FlagNames.Tree(flags));

    [Theory]
    [InlineData(0x7E020000UL, "CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET")]
    [InlineData(0UL, "0")]
    public void Namespace_flags(ulong flags, string names) => Assert.Equal(names, FlagNames.Namespaces(flags));

    [Theory]
    [InlineData(0, "FLAG")]
    [InlineData(1, "STRING")]
    [InlineData(6, "CREATE")]
    [InlineData(7, "RECONFIGURE")]
    [InlineData(5, "5")]
    public void Commands_of_fsconfig(int command, string name) => Assert.Equal(name, FlagNames.Config(command));

    [Theory]
    [InlineData(1, "PR_SET_PDEATHSIG")]
    [InlineData(8, "PR_SET_KEEPCAPS")]
    [InlineData(24, "PR_CAPBSET_DROP")]
    [InlineData(38, "PR_SET_NO_NEW_PRIVS")]
    [InlineData(47, "PR_CAP_AMBIENT")]
    [InlineData(99, "99")]
    public void Operations_of_prctl(int operation, string name) => Assert.Equal(name, FlagNames.Prctl(operation));

    [Theory]
    [InlineData(0x540E, "TIOCSCTTY")]
    [InlineData(0x8914, "SIOCSIFFLAGS")]
    [InlineData(0x1234, "0x1234")]
    public void Requests_of_ioctl(int request, string name) => Assert.Equal(name, FlagNames.Request(request));
}
