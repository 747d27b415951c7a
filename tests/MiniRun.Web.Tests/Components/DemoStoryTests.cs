using MiniRun.Runtime.Demos;
using MiniRun.Web.Components.Learn;

namespace MiniRun.Web.Tests.Components;

public sealed class DemoStoryTests
{
    [Fact]
    public void What_is_seen_belongs_to_the_step_before()
    {
        var story = Story("host", "say", "inside", "call", "call", "host");
        Assert.Equal(["", "say", "call", "call"], story.Steps.Select(s => s.Head?.Kind ?? ""));
        Assert.Equal([1, 1, 0, 1], story.Steps.Select(s => s.Views.Count));
        Assert.Equal(2, story.Calls);
        Assert.False(story.Failed);
    }

    [Theory]
    [InlineData("call host inside", "HI")]
    [InlineData("call host host inside", "H- HI")]
    [InlineData("call inside host", "-I H-")]
    [InlineData("call inside inside host inside", "-I -I HI")]
    [InlineData("call host inside inside", "HI -I")]
    public void Inside_stands_beside_what_the_host_saw_just_before(string kinds, string views) =>
        Assert.Equal(views, string.Join(' ', Story(kinds.Split(' ')).Steps[0].Views.Select(v => (v.Host is null ? "-" : "H") + (v.Inside is null ? "-" : "I"))));

    [Fact]
    public void An_error_is_the_end()
    {
        Assert.True(Story("say", "error").Failed);
        Assert.False(Story().Failed);
    }

    static DemoStory Story(params string[] kinds)
    {
        var story = new DemoStory();
        foreach (var kind in kinds)
        {
            story.Add(new DemoFact(kind, kind));
        }

        return story;
    }
}
