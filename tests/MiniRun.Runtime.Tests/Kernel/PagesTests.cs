using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class PagesTests
{
    [Fact]
    public void They_are_zero_until_they_are_written_and_after_they_were_given_back()
    {
        var page = Environment.SystemPageSize;
        using var pages = new Pages(4 * page);
        Assert.False(pages.Slice(0, 4 * page).ContainsAnyExcept((byte)0));
        pages.Slice(0, 4 * page).Fill(7);
        pages.Forget(page, 2 * page);
        Assert.False(pages.Slice(page, 2 * page).ContainsAnyExcept((byte)0));
        Assert.False(pages.Slice(0, page).ContainsAnyExcept((byte)7));
        Assert.False(pages.Slice(3 * page, page).ContainsAnyExcept((byte)7));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 8193)]
    [InlineData(8192, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Nothing_outside_can_be_reached(int offset, int length)
    {
        using var pages = new Pages(8192);
        Assert.Throws<ArgumentOutOfRangeException>(() => pages.Slice(offset, length).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pages.Forget(offset, length));
    }

    [Fact]
    public void More_than_there_is_is_refused() => Assert.Throws<KernelException>(() => new Pages(0));
}
