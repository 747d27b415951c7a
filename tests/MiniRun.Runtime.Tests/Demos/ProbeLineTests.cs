using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Demos;

public sealed class ProbeLineTests : IDisposable
{
    readonly ProbeLine _here;
    readonly ProbeLine _there;

    public ProbeLineTests()
    {
        var (parent, child) = UnixSocket.Pair();
        (_here, _there) = (new ProbeLine(parent), new ProbeLine(child));
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public void Lines_keep_their_order_and_their_bounds()
    {
        Assert.True(_here.TryWrite("one"));
        Assert.True(_here.TryWrite(""));
        Assert.True(_here.TryWrite(new string('x', 10_000)));
        Assert.Equal(["one", "", new string('x', 10_000)], new[] { _there.TryRead(), _there.TryRead(), _there.TryRead() });
    }

    [Fact]
    public void An_answer_comes_back_whole()
    {
        var answer = new ProbeAnswer(-(long)Errno.EPERM, 1234, "names\tand more");
        Assert.Equal(answer, ProbeAnswer.Read(answer.Write()));
        Assert.True(_there.TryWrite(answer.Write()));
        Assert.Equal(answer, _here.Ask("list /"));
        Assert.Equal("list /", _there.TryRead());
    }

    [Fact]
    public void Whoever_is_gone_does_not_answer()
    {
        Assert.True(_here.TryWrite("unread"));
        _there.Dispose();
        Assert.Null(_here.TryRead());
        Assert.Null(_here.TryAsk("getpid"));
        Assert.False(_here.TryWrite("again"));
        var error = Assert.Throws<DemoException>(() => _here.Ask("getpid"));
        Assert.Contains("\"getpid\" has ended", error.Message, StringComparison.Ordinal);
    }
}
