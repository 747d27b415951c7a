using System.Text.RegularExpressions;
using MiniRun.Runtime.Seccomp;

namespace MiniRun.Runtime.Tests.Seccomp;

public sealed partial class SyscallTableTests
{
    [Theory]
    [InlineData(nameof(SyscallAbi.X64), "asm/unistd_64.h", 0U, 362)]
    [InlineData(nameof(SyscallAbi.I386), "asm/unistd_32.h", 0U, 440)]
    [InlineData(nameof(SyscallAbi.X32), "asm/unistd_x32.h", 0x40000000U, 350)]
    public void The_numbers_are_those_of_the_kernels_headers(string abi, string header, uint bit, int least)
    {
        var table = SyscallTable.Of(Enum.Parse<SyscallAbi>(abi));
        var numbers = Definition.Matches(File.ReadAllText($"/usr/include/x86_64-linux-gnu/{header}"));
        Assert.True(numbers.Count >= least, $"the header defines only {numbers.Count} calls");
        foreach (Match match in numbers)
        {
            Assert.Equal(uint.Parse(match.Groups["number"].Value, null) | bit, table.GetValueOrDefault(match.Groups["name"].Value, uint.MaxValue));
        }
    }

    [Fact]
    public void Arm64_has_the_numbers_of_new_architectures()
    {
        var table = SyscallTable.Of(SyscallAbi.Arm64);
        var numbers = Definition.Matches(File.ReadAllText("/usr/include/asm-generic/unistd.h"));
        Assert.True(numbers.Count > 300, $"the header defines only {numbers.Count} calls");
        // Where the header says fcntl64, 64-bit processors have fcntl (__NR3264); arch_specific_syscall is no call.
        foreach (Match match in numbers.Where(match => !match.Groups["name"].Value.Contains("3264", StringComparison.Ordinal)))
        {
            var (name, number) = (match.Groups["name"].Value, uint.Parse(match.Groups["number"].Value, null));
            if (table.TryGetValue(name, out var known))
            {
                Assert.Equal(number, known);
            }
            else
            {
                Assert.Matches("time64|^sync_file_range2$|^arch_specific_syscall$|^syscalls$|^clock_[a-z]+64$|^timerfd?_[a-z]+64$|^migrate", name);
            }
        }
    }

    [Fact]
    public void No_number_has_two_names_and_new_calls_are_the_same_everywhere()
    {
        foreach (var abi in Enum.GetValues<SyscallAbi>())
        {
            var table = SyscallTable.Of(abi);
            Assert.Equal(table.Count, table.Values.Distinct().Count());
            Assert.Equal(469U, table["file_setattr"] & 0xFFFF);
            Assert.Equal(424U, table["pidfd_send_signal"] & 0xFFFF);
        }
    }

    [GeneratedRegex(@"^#define __NR_(?<name>\w+) (\(__X32_SYSCALL_BIT \+ )?(?<number>\d+)\)?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Definition { get; }
}
