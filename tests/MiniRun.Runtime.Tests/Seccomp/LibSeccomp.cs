using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>What runc does with a profile, done with the library that runc uses: its rules, and the answer ENOSYS that runc puts before them.</summary>
static unsafe partial class LibSeccomp
{
    const uint NoSuchCall = 0x00050026;
    const int NotFound = -1;

    static readonly Dictionary<string, uint> Tokens = new()
    {
        ["SCMP_ARCH_X86_64"] = 0xC000003E, ["SCMP_ARCH_X86"] = 0x40000003, ["SCMP_ARCH_X32"] = 0x4000003E, ["SCMP_ARCH_AARCH64"] = 0xC00000B7,
        ["SCMP_ARCH_ARM"] = 0x40000028, ["SCMP_ARCH_PPC64LE"] = 0xC0000015,
    };

    static readonly SeccompOperator[] Operators =
    [
        default, SeccompOperator.NotEqual, SeccompOperator.Less, SeccompOperator.LessOrEqual, SeccompOperator.Equal,
        SeccompOperator.GreaterOrEqual, SeccompOperator.Greater, SeccompOperator.MaskedEqual,
    ];

    /// <summary>A call's number in an architecture; negative where it has none of its own.</summary>
    public static int Number(string architecture, string name) => seccomp_syscall_resolve_name_arch(Tokens[architecture], name);

    /// <summary>Whether the library has heard of a call; of others no rule has an effect.</summary>
    public static bool Knows(string name) => Number("SCMP_ARCH_X86_64", name) != NotFound;

    /// <summary>The library's program, or null when it refuses a rule.</summary>
    public static byte[]? Compile(SeccompSpec spec)
    {
        var otherwise = Result(spec.DefaultAction, spec.DefaultErrno);
        var context = seccomp_init(otherwise);
        Assert.NotEqual(0, context);
        try
        {
            foreach (var architecture in spec.Architectures.Where(architecture => architecture != "SCMP_ARCH_X86_64"))
            {
                Assert.Equal(0, seccomp_arch_add(context, Tokens[architecture]));
            }

            foreach (var (name, rule) in spec.Rules.SelectMany(rule => rule.Names.Select(name => (name, rule))))
            {
                var result = Result(rule.Action, rule.Errno);
                if (result != otherwise && Knows(name) && !Add(context, result, Number("SCMP_ARCH_X86_64", name), rule.Conditions))
                {
                    return null;
                }
            }

            using var file = new SafeFileHandle(memfd_create("program", 1), ownsHandle: true);
            Assert.Equal(0, seccomp_export_bpf(context, Files.Number(file)));
            Assert.Equal(0, lseek(Files.Number(file), 0, 0));
            return Files.ReadAll(file);
        }
        finally
        {
            seccomp_release(context);
        }
    }

    /// <summary>Whether runc answers before the library's program is asked: the call is newer than all that the profile names.</summary>
    public static uint? Before(SeccompSpec spec, Call call)
    {
        if (spec.DefaultAction is SeccompAction.Allow or SeccompAction.Log or SeccompAction.Trace)
        {
            return null;
        }

        var architecture = call switch
        {
            { Architecture: Call.X64 } => (call.Number & Call.X32) == 0 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_X32",
            { Architecture: Call.I386 } => "SCMP_ARCH_X86",
            { Architecture: Call.Arm64 } => "SCMP_ARCH_AARCH64",
            { Architecture: Call.Arm } => "SCMP_ARCH_ARM",
            _ => "",
        };
        if (architecture != "SCMP_ARCH_X86_64" && !spec.Architectures.Contains(architecture))
        {
            return null;
        }

        var highest = spec.Rules.SelectMany(rule => rule.Names).Select(name => Number(architecture, name)).Append(0).Max();
        return highest > 0 && call.Number > (uint)highest ? NoSuchCall : null;
    }

    static bool Add(nint context, uint result, int number, IReadOnlyList<SeccompCondition> conditions)
    {
        var all = conditions.Select(condition => new Comparison(
            condition.Index, Array.IndexOf(Operators, condition.Operator, 1), condition.Value, condition.SecondValue)).ToArray();
        var repeats = conditions.GroupBy(condition => condition.Index).Any(group => group.Count() > 1);
        return (repeats ? all.Select(one => (Comparison[])[one]) : [all]).All(some =>
        {
            fixed (Comparison* first = some)
            {
                return seccomp_rule_add_array(context, result, number, (uint)some.Length, first) == 0;
            }
        });
    }

    static uint Result(SeccompAction action, uint? data) => action switch
    {
        SeccompAction.KillProcess => 0x80000000,
        SeccompAction.Trap => 0x00030000,
        SeccompAction.Errno => 0x00050000 | (data ?? 1),
        SeccompAction.Notify => 0x7FC00000,
        SeccompAction.Trace => 0x7FF00000 | (data ?? 1),
        SeccompAction.Log => 0x7FFC0000,
        SeccompAction.Allow => 0x7FFF0000,
        _ => 0,
    };

    [StructLayout(LayoutKind.Sequential)]
    record struct Comparison(uint Argument, int Operator, ulong First, ulong Second);

    [LibraryImport("libseccomp.so.2")]
    private static partial nint seccomp_init(uint otherwise);

    [LibraryImport("libseccomp.so.2")]
    private static partial void seccomp_release(nint context);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_arch_add(nint context, uint token);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_rule_add_array(nint context, uint result, int number, uint count, Comparison* conditions);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_export_bpf(nint context, int fd);

    [LibraryImport("libseccomp.so.2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name_arch(uint token, string name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc")]
    private static partial long lseek(int fd, long offset, int whence);
}
