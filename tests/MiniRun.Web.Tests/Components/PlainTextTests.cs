using MiniRun.Web.Components.Containers;

namespace MiniRun.Web.Tests.Components;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[1;31mred\e[0m text", "red text")]
    [InlineData("\e]0;title\aprompt$", "prompt$")]
    [InlineData("\e[?2004hprompt", "prompt")]
    [InlineData("10 %\r20 %\r30 %", "30 %")]
    [InlineData("line\r", "line")]
    [InlineData("tab\tstays\b", "tab\tstays")]
    public void Only_what_can_be_read_is_left(string line, string shown) => Assert.Equal(shown, PlainText.Of(line));
}
