using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class OwnPageTests
{
    [Fact]
    public void A_page_begins_empty_and_keeps_what_is_put_there()
    {
        using var page = new OwnPage();
        Assert.Equal(0, page.Value);
        page.Value = 42;
        Assert.Equal(42, page.Value);
        Assert.Equal(0UL, page.Address % (ulong)Environment.SystemPageSize);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void Two_pages_lie_at_two_places_of_the_machines_memory()
    {
        using var one = new OwnPage();
        using var two = new OwnPage();
        (one.Value, two.Value) = (1, 2);
        var place = one.FrameIn(Environment.ProcessId);
        Assert.NotNull(place);
        Assert.NotEqual(place, two.FrameIn(Environment.ProcessId));
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => one.FrameIn(int.MaxValue)).Errno);
    }

    [Fact]
    public unsafe void Memory_that_is_taken_can_be_used()
    {
        var place = (byte*)OwnPage.Take(1 << 20);
        place[(1 << 20) - 1] = 7;
        Assert.Equal((0, 7), (place[0], place[(1 << 20) - 1]));
        Assert.Equal(Errno.ENOMEM, Assert.Throws<KernelException>(() => OwnPage.Take(1L << 60)).Errno);
    }
}
