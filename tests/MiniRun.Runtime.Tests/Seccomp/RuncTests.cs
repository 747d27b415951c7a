using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>runc with the same profile as the oracle: by what a process under its filter can do, and by the filter itself.</summary>
[Trait("Category", "Integration")]
public sealed class RuncTests : IDisposable
{
    /// <summary>What runc's own process does behind the filter, until it becomes the program, and what the probe does.</summary>
    const string Needed =
        """
        read write close openat fcntl fstat newfstatat lseek getdents64 readlinkat statfs fstatfs unlinkat dup3 pipe2 eventfd2 ioctl chdir
        getcwd mmap munmap madvise mprotect brk mincore futex rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack nanosleep clock_gettime
        clock_nanosleep getpid getppid gettid tgkill kill alarm epoll_create1 epoll_ctl epoll_pwait sched_yield sched_getaffinity clone wait4
        execve exit exit_group prctl prlimit64 setrlimit setsid timer_create timer_settime timer_delete restart_syscall rseq set_robust_list
        set_tid_address arch_prctl uname getuid geteuid getgid getegid setuid setgid setgroups capget capset faccessat faccessat2
        """;

    readonly SeccompProbe _probe = new();

    public void Dispose() => _probe.Dispose();

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_call_ends_as_it_does_under_runc(string name)
    {
        var profile = All[name];
        var expected = _probe.CallsUnderRunc(profile);
        Assert.Equal(expected, _probe.CallsUnder(profile.Compile()));
        // The control: without its first rule, the profile is another one.
        var other = new SeccompSpec { DefaultAction = profile.DefaultAction, DefaultErrno = profile.DefaultErrno, Architectures = profile.Architectures, Rules = [Profiles.Allow(Words(Needed))] };
        Assert.NotEqual(expected, _probe.CallsUnder(other.Compile()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_kernel_holds_a_filter_of_runc_that_decides_as_the_program_here(string name)
    {
        var program = All[name].Compile().Instructions;
        var filter = _probe.FilterOfRunc(All[name]);
        ulong[] arguments = [0, 1, 2, 8, 37, 38, 39, 40, 41, 0x20000, 0x20008, 0x7E020000, 0x80000000, uint.MaxValue, 0x1_0000_0000, ulong.MaxValue - 1, ulong.MaxValue];
        foreach (var architecture in (uint[])[Call.X64, Call.I386, Call.Arm64, 0])
        {
            for (var number = 0U; number < 600; number++)
            {
                foreach (var one in (uint[])[number, number | Call.X32, number | 0x80000000, ~number])
                {
                    foreach (var argument in arguments)
                    {
                        var call = new Call(architecture, one, argument, argument, argument, argument, argument, argument);
                        var (own, expected) = (BpfInterpreter.Run(program, call).Result, BpfInterpreter.Run(filter, call).Result);
                        if (own != expected)
                        {
                            Assert.Fail($"{call} gives {own:x}, with runc {expected:x}");
                        }
                    }
                }
            }
        }
    }

    /// <summary>Where arguments count, x86-64 is alone: over several architectures runc's library compares with what is not loaded.</summary>
    static Dictionary<string, SeccompSpec> All { get; } = new()
    {
        ["default"] = WithKnownNames(DefaultProfile.For(0, Processor.X64)),
        ["all capabilities"] = WithKnownNames(DefaultProfile.For(ulong.MaxValue, Processor.X64)),
        ["allow"] = Random(1, SeccompAction.Allow, null, hasConditions: false),
        ["log"] = Random(2, SeccompAction.Log, null, hasConditions: false),
        ["errno"] = Random(3, SeccompAction.Errno, 77, hasConditions: false),
        ["no errno"] = Random(4, SeccompAction.Errno, 0, hasConditions: false),
        ["trap"] = Random(5, SeccompAction.Trap, null, hasConditions: false),
        ["trace"] = Random(6, SeccompAction.Trace, 5, hasConditions: false),
        ["kill"] = Random(7, SeccompAction.Kill, null, hasConditions: false),
        ["kill process"] = Random(8, SeccompAction.KillProcess, null, hasConditions: false),
        ["allow by arguments"] = Random(9, SeccompAction.Allow, null, hasConditions: true),
        ["errno by arguments"] = Random(10, SeccompAction.Errno, null, hasConditions: true),
        ["trap by arguments"] = Random(11, SeccompAction.Trap, null, hasConditions: true),
    };

    static SeccompSpec WithKnownNames(SeccompSpec profile)
    {
        profile.Rules = [.. profile.Rules.Select(rule => rule with { Names = [.. rule.Names.Where(name => LibSeccomp.Knows(name) && name != "map_shadow_stack")] })];
        return profile;
    }

    /// <summary>A rule for two of three calls that are not needed. The same seed always gives the same profile.</summary>
    static SeccompSpec Random(int seed, SeccompAction otherwise, uint? errno, bool hasConditions)
    {
        var random = new Random(seed);
        SeccompAction[] actions =
            [SeccompAction.Allow, SeccompAction.Errno, SeccompAction.Errno, SeccompAction.Trap, SeccompAction.Kill, SeccompAction.KillProcess, SeccompAction.Log, SeccompAction.Trace];
        ulong[] values = [0, 1, 40, uint.MaxValue, 0x1_0000_0000, ulong.MaxValue - 1, ulong.MaxValue];
        var rules = new List<SeccompRule> { Profiles.Allow(Words(Needed)) };
        foreach (var name in SyscallTable.AllNames().Distinct().Except(Words(Needed)).Where(name => LibSeccomp.Knows(name) && name != "map_shadow_stack"))
        {
            if (random.Next(3) > 0)
            {
                var action = actions[random.Next(actions.Length)];
                var rule = new SeccompRule([name], action, action is SeccompAction.Errno or SeccompAction.Trace ? (uint)random.Next(1, 130) : null, []);
                rules.Add(hasConditions && random.Next(2) == 0
                    ? rule.When((uint)random.Next(6), (SeccompOperator)random.Next(7), values[random.Next(values.Length)], values[random.Next(values.Length)])
                    : rule);
            }
        }

        return new SeccompSpec
        {
            DefaultAction = otherwise, DefaultErrno = errno, Rules = rules,
            Architectures = hasConditions ? ["SCMP_ARCH_X86_64"] : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        };
    }

    static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
