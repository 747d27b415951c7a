using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

public sealed class DefaultProfileTests
{
    /// <summary>What SECURITY lists as blocked on x86-64 with the default capabilities, of the calls up to Linux 6.1.</summary>
    const string Blocked =
        """
        _sysctl acct add_key afs_syscall bpf clock_settime clone3 create_module delete_module fanotify_init finit_module fsconfig fsmount
        fsopen fspick get_kernel_syms get_mempolicy getpmsg init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp
        kexec_file_load kexec_load keyctl lookup_dcookie mbind migrate_pages mount mount_setattr move_mount move_pages nfsservctl
        open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise putpmsg query_module quotactl quotactl_fd reboot
        request_key security set_mempolicy set_mempolicy_home_node setdomainname sethostname setns settimeofday swapoff swapon sysfs syslog
        tuxcall umount2 unshare uselib userfaultfd ustat vhangup vserver
        """;

    /// <summary>Of the calls since then those that Docker does not name either.</summary>
    const string BlockedSince =
        "file_getattr file_setattr listns lsm_get_self_attr lsm_list_modules lsm_set_self_attr open_tree_attr rseq_slice_yield uprobe";

    /// <summary>removexattrat: what comes after it the profile cannot know.</summary>
    const uint LastNamed = 466;

    static SeccompSpec Default { get; } = DefaultProfile.For(Capabilities.Mask([.. Hardening.Capabilities]), Processor.X64);

    [Fact]
    public void The_calls_that_a_container_needs_no_more_than_an_attacker_are_blocked()
    {
        var program = Default.Compile();
        var blocked = SyscallTable.Of(SyscallAbi.X64).Where(call => program.Run(new Call(Call.X64, call.Value)) != SeccompReturn.Allow).Select(call => call.Key).ToHashSet();
        var expected = Blocked.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(67, expected.Length);
        Assert.Equal(expected.Concat(BlockedSince.Split(' ')).Order(StringComparer.Ordinal), blocked.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("open_by_handle_at", "CAP_DAC_READ_SEARCH")]
    [InlineData("mount", "CAP_SYS_ADMIN")]
    [InlineData("setns", "CAP_SYS_ADMIN")]
    [InlineData("clone3", "CAP_SYS_ADMIN")]
    [InlineData("reboot", "CAP_SYS_BOOT")]
    [InlineData("chroot", "CAP_SYS_CHROOT")]
    [InlineData("finit_module", "CAP_SYS_MODULE")]
    [InlineData("acct", "CAP_SYS_PACCT")]
    [InlineData("kcmp", "CAP_SYS_PTRACE")]
    [InlineData("iopl", "CAP_SYS_RAWIO")]
    [InlineData("clock_settime", "CAP_SYS_TIME")]
    [InlineData("vhangup", "CAP_SYS_TTY_CONFIG")]
    [InlineData("mbind", "CAP_SYS_NICE")]
    [InlineData("syslog", "CAP_SYSLOG")]
    [InlineData("bpf", "CAP_BPF")]
    [InlineData("perf_event_open", "CAP_PERFMON")]
    public void A_capability_opens_its_calls_and_nothing_else_does(string name, string capability)
    {
        foreach (var (processor, architecture, abi) in ((Processor, uint, SyscallAbi)[])[(Processor.X64, Call.X64, SyscallAbi.X64), (Processor.Arm64, Call.Arm64, SyscallAbi.Arm64)])
        {
            if (SyscallTable.Of(abi).TryGetValue(name, out var number))
            {
                var call = new Call(architecture, number);
                var mask = Capabilities.Mask(capability);
                Assert.Equal(SeccompReturn.Allow, DefaultProfile.For(mask, processor).Compile(processor).Run(call));
                Assert.NotEqual(SeccompReturn.Allow, DefaultProfile.For(0, processor).Compile(processor).Run(call));
            }
        }
    }

    [Theory]
    [InlineData("socket", 1UL, true)]
    [InlineData("socket", 37UL, true)]
    [InlineData("socket", 38UL, false)]
    [InlineData("socket", 39UL, true)]
    [InlineData("socket", 40UL, false)]
    [InlineData("socket", 41UL, true)]
    [InlineData("socket", 0x1_0000_0026UL, true)]
    [InlineData("personality", 0UL, true)]
    [InlineData("personality", 8UL, true)]
    [InlineData("personality", 0x20000UL, true)]
    [InlineData("personality", 0x20008UL, true)]
    [InlineData("personality", 0xFFFFFFFFUL, true)]
    [InlineData("personality", 0x40000UL, false)]
    [InlineData("personality", 0xFFFFFFFF_FFFFFFFFUL, false)]
    [InlineData("clone", 17UL, true)]
    [InlineData("clone", 0x3D0F00UL, true)]
    [InlineData("clone", 0x20000UL, false)]
    [InlineData("clone", 0x10000000UL, false)]
    [InlineData("clone", 0x40000000UL, false)]
    public void Arguments_decide_where_they_matter(string name, ulong first, bool isAllowed)
    {
        var call = new Call(Call.X64, SyscallTable.Of(SyscallAbi.X64)[name], first);
        Assert.Equal(isAllowed ? SeccompReturn.Allow : SeccompReturn.Errno | 1, Default.Run(call));
    }

    [Fact]
    public void Clone3_and_calls_of_the_future_do_not_exist()
    {
        Assert.Equal(SeccompReturn.NoSuchCall, Default.Run(new Call(Call.X64, 435)));
        Assert.Equal(SeccompReturn.NoSuchCall, Default.Run(new Call(Call.X64, LastNamed + 1)));
        Assert.Equal(SeccompReturn.NoSuchCall, Default.Run(new Call(Call.I386, 500)));
        Assert.Equal(SeccompReturn.NoSuchCall, Default.Run(new Call(Call.X64, Call.X32 | 600)));
    }

    [Theory]
    [InlineData(Processor.X64, 364, 10)]
    [InlineData(Processor.Arm64, 273, 10)]
    public void The_programs_are_small_and_their_trees_are_shallow(Processor processor, int length, int depth)
    {
        var program = DefaultProfile.For(Capabilities.Mask([.. Hardening.Capabilities]), processor).Compile(processor);
        var deepest = 0;
        foreach (var architecture in (uint[])[Call.X64, Call.I386, Call.Arm64, Call.Arm])
        {
            for (var number = 0U; number < 600; number++)
            {
                foreach (var one in (uint[])[number, number | Call.X32])
                {
                    // The tests of arguments come on top, for the few calls that have them.
                    var runs = Enumerable.Range(0, 50).Select(argument => BpfInterpreter.Run(program.Instructions, new Call(architecture, one, (ulong)argument, 1))).ToList();
                    deepest = Math.Max(deepest, runs.Select(run => run.Comparisons).Distinct().Count() == 1 ? runs[0].Comparisons : 0);
                }
            }
        }

        Assert.Equal((length, depth), (program.Length, deepest));
    }

    /// <summary>What the kernel remembers costs a bit map, not a program.</summary>
    [Fact]
    public void All_allowed_calls_but_those_with_arguments_are_remembered_by_the_kernel()
    {
        var program = Default.Compile();
        var ran = SyscallTable.Of(SyscallAbi.X64).Where(call =>
            program.Run(new Call(Call.X64, call.Value)) == SeccompReturn.Allow && BpfInterpreter.Constant(program.Instructions, Call.X64, call.Value) is null);
        Assert.Equal(["clone", "personality", "socket"], ran.Select(call => call.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_written_is_read_back_and_accepted()
    {
        var written = SeccompWriter.Write(Default);
        var read = SeccompReader.Read(written);
        Assert.Equal(written, SeccompWriter.Write(read));
        Assert.Equal(Default.Compile().Instructions, read.Compile().Instructions);
        SeccompCompiler.Compile(read, Processor.X64, out var unknown);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_container_of_the_engine_has_it()
    {
        var definition = new ContainerDefinition
        {
            Id = "id", Name = "web", Image = "base", Command = ["/bin/true"], Limits = ContainerLimits.Default, CreatedAt = DateTimeOffset.UnixEpoch,
        };
        var config = ConfigReader.Read(BundleWriter.Config("/b", definition, new Image("base", ["/l"], [], []), "minirun/id", HostGrants.Decide(1 << 20, -500)));
        var program = SeccompReader.Read(config.Linux.SeccompDocument).Compile();
        Assert.Equal(DefaultProfile.For(Capabilities.Mask([.. Hardening.Capabilities]), Processor.X64).Compile().Instructions, program.Instructions);
    }
}
