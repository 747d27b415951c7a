using System.Globalization;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class SignalsTests
{
    [Theory]
    [InlineData("9", 9)]
    [InlineData("64", 64)]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigusr1", 10)]
    [InlineData("chld", 17)]
    [InlineData("SYS", 31)]
    [InlineData("0", null)]
    [InlineData("65", null)]
    [InlineData("-9", null)]
    [InlineData("+9", null)]
    [InlineData(" 9", null)]
    [InlineData("99999999999", null)]
    [InlineData("", null)]
    [InlineData("SIG", null)]
    [InlineData("SIGSIGTERM", null)]
    [InlineData("TERMINATE", null)]
    public void A_signal_is_a_number_or_a_name(string text, int? number) => Assert.Equal(number, Signals.Parse(text));

    [Fact]
    public void Names_and_numbers_belong_together()
    {
        for (var signal = 1; signal <= 31; signal++)
        {
            Assert.Equal(signal, Signals.Parse(Signals.Name(signal)));
        }

        Assert.Equal("signal 35", Signals.Name(35));
        Assert.Equal("signal 0", Signals.Name(0));
    }

    [Fact]
    public void All_signals_of_a_thread_are_blocked_and_restored()
    {
        // On a thread of its own: the mask belongs to the thread.
        var (before, during, after) = (0UL, 0UL, 0UL);
        var thread = new Thread(() =>
        {
            before = Status("SigBlk");
            var restored = Signals.BlockAll();
            during = Status("SigBlk");
            Signals.Restore(restored);
            after = Status("SigBlk");
        });
        thread.Start();
        thread.Join();
        // SIGKILL and SIGSTOP cannot be blocked; libc keeps 32 and 33 for itself, the kernel does not.
        Assert.Equal(~((1UL << 8) | (1UL << 18)), during);
        Assert.NotEqual(before, during);
        Assert.Equal(before, after);
    }

    [Fact]
    public void The_ignored_signals_are_those_that_the_kernel_names()
    {
        // .NET ignores SIGPIPE.
        Assert.NotEqual(0UL, Signals.Ignored() & (1UL << (Signals.Pipe - 1)));
        Assert.Equal(Status("SigIgn"), Signals.Ignored());
    }

    static ulong Status(string field)
    {
        var line = File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(field.Length + 1).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
