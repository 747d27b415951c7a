using System.ComponentModel;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class ErrnoTests
{
    [Theory]
    [InlineData(1, "EPERM", "operation not permitted")]
    [InlineData(2, "ENOENT", "no such file or directory")]
    [InlineData(5, "EIO", "input or output error")]
    [InlineData(22, "EINVAL", "invalid argument")]
    [InlineData(28, "ENOSPC", "no space left")]
    [InlineData(39, "ENOTEMPTY", "directory not empty")]
    [InlineData(111, "ECONNREFUSED", "connection refused")]
    [InlineData(36, "ENAMETOOLONG", "error")]
    [InlineData(77, "errno 77", "error")]
    public void An_error_has_a_symbol_and_words(int number, string name, string words)
    {
        var errno = (Errno)number;
        Assert.Equal((name, words), (errno.Name(), errno.Describe()));
        Assert.Equal($"mount /place: {name} ({words})", new KernelException("mount", "/place", errno).Message);
    }

    [Fact]
    public void The_numbers_are_those_of_libc()
    {
        // Two symbols of one number would share one text.
        var texts = Enum.GetValues<Errno>().Where(e => e != Errno.None).Select(e => new Win32Exception((int)e).Message).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.DoesNotContain(texts, text => text.StartsWith("Unknown error", StringComparison.Ordinal));
    }

    [Fact]
    public void What_has_words_has_its_own()
    {
        var described = Enum.GetValues<Errno>().Select(e => (Errno: e, Words: e.Describe())).Where(e => e.Words != "error").ToList();
        var shared = described.GroupBy(e => e.Words).Where(g => g.Count() > 1).SelectMany(g => g.Select(e => e.Errno));
        Assert.Equal([Errno.ENFILE, Errno.EMFILE], shared);
    }

    [Fact]
    public void A_result_is_checked_and_passed_on()
    {
        Assert.Equal(7, KernelException.Check(7, "call"));
        Assert.Equal(0, KernelException.Check(0, "call"));
        var error = Assert.Throws<KernelException>(() => KernelException.Check(-13, "call"));
        Assert.Equal((Errno.EACCES, null, "call: EACCES (permission denied)"), (error.Errno, error.Path, error.Message));
    }
}
