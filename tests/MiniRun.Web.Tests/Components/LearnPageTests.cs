using Bunit;
using MiniRun.Runtime.Demos;
using MiniRun.Web.Components.Pages;
using MiniRun.Web.Tests.Engine;

namespace MiniRun.Web.Tests.Components;

public sealed class LearnPageTests : PanelContext
{
    FakeDemoRunner Runner => Engine.DemoRunner;

    [Fact]
    public void Each_demonstration_has_a_card_with_a_button()
    {
        var page = Render<LearnPage>();
        Assert.Equal(["fork-and-clone", "pid-namespace", "chroot", "cgroup"], page.FindAll("[data-demo]").Select(c => c.GetAttribute("data-demo")!));
        Assert.Equal(4, page.FindAll("[data-demo] [data-run]:not([disabled])").Count);
        Assert.Empty(page.FindAll("[data-run-of]"));
    }

    [Fact]
    public void Steps_appear_as_they_happen_with_both_sides_views()
    {
        var page = Render<LearnPage>();
        var facts = Begin(page, "pid-namespace");
        Assert.Equal("running…", page.Find("[data-status]").TextContent);
        Assert.Empty(page.FindAll("[data-run]:not([disabled])"));

        facts.TryWrite(new DemoFact(FactKind.Call, "A new process.", "clone3(CLONE_NEWPID)", 1234, "4711"));
        page.WaitForAssertion(() => Assert.Equal("clone3(CLONE_NEWPID)", page.Find("[data-step=call] [data-call]").TextContent));
        Assert.Contains("= 4711", page.Find("[data-step=call]").TextContent, StringComparison.Ordinal);
        Assert.Contains("1.2 ms", page.Find("[data-step=call]").TextContent, StringComparison.Ordinal);

        facts.TryWrite(new DemoFact(FactKind.Host, "Here.", "clone3", Result: "4711"));
        facts.TryWrite(new DemoFact(FactKind.Inside, "There.", "getpid", Result: "1"));
        page.WaitForAssertion(() => Assert.Equal("1", page.Find("[data-step=call] [data-sight=inside] [data-value]").TextContent));
        Assert.Equal("4711", page.Find("[data-step=call] [data-sight=host] [data-value]").TextContent);

        facts.TryWrite(new DemoFact(FactKind.Call, "Refused.", "chroot(\"x\")", 3, "EPERM"));
        facts.TryWrite(new DemoFact(FactKind.Change, "It is out.", Result: "escaped"));
        facts.Complete();
        page.WaitForAssertion(() => Assert.StartsWith("2 calls in ", page.Find("[data-status]").TextContent, StringComparison.Ordinal));
        Assert.Single(page.FindAll(".refused"));
        Assert.Equal("It is out.", page.Find("[data-step=change] p").TextContent);
        Assert.Contains("minirun-runtime demo pid-namespace", page.Markup, StringComparison.Ordinal);
        Assert.Equal(4, page.FindAll("[data-run]:not([disabled])").Count);
    }

    [Fact]
    public async Task One_that_another_person_runs_is_said_and_can_be_tried_again()
    {
        var page = Render<LearnPage>();
        await using (Runner.Start("chroot"))
        {
            page.Find("[data-demo=cgroup] [data-run]").Click();
            page.WaitForAssertion(() => Assert.Contains("The demonstration chroot runs", page.Markup, StringComparison.Ordinal));
            Assert.Equal("not started", page.Find("[data-status]").TextContent);
        }

        Begin(page, "cgroup").Complete();
        page.WaitForAssertion(() => Assert.Contains("0 calls", page.Find("[data-status]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("chroot runs", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_fails_says_why()
    {
        var page = Render<LearnPage>();
        var facts = Begin(page, "cgroup");
        facts.TryWrite(new DemoFact(FactKind.Error, "No cgroup hierarchy has the memory controller."));
        facts.Complete();
        page.WaitForAssertion(() => Assert.Equal("failed", page.Find("[data-status]").TextContent));
        Assert.Equal("No cgroup hierarchy has the memory controller.", page.Find("[data-step=error] p").TextContent);
    }

    [Fact]
    public void It_can_be_stopped()
    {
        var page = Render<LearnPage>();
        Begin(page, "cgroup");
        page.Find("[data-stop]").Click();
        page.WaitForAssertion(() => Assert.Equal("stopped", page.Find("[data-status]").TextContent));
        Assert.Null(Runner.Running);
    }

    [Fact]
    public async Task Who_leaves_the_page_ends_it()
    {
        var page = Render<LearnPage>();
        Begin(page, "cgroup");
        await page.Instance.DisposeAsync();
        Assert.Equal((null, 1), (Runner.Running, Runner.Ended));
    }

    System.Threading.Channels.ChannelWriter<DemoFact> Begin(IRenderedComponent<LearnPage> page, string name)
    {
        var facts = Runner.Facts.Writer;
        page.Find($"[data-demo={name}] [data-run]").Click();
        page.WaitForAssertion(() => Assert.Equal(name, page.Find("[data-run-of]").GetAttribute("data-run-of")));
        Assert.Equal(name, Runner.Running);
        return facts;
    }
}
