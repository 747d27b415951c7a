using Bunit;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Pages;

namespace MiniRun.Web.Tests.Components;

public sealed class ContainersPageTests : PanelContext
{
    [Fact]
    public void Each_container_has_a_row_with_its_state_in_words()
    {
        Put("web", Running);
        Put("job", Exited(3));
        Put("hog", OutOfMemory);
        var page = Render<ContainersPage>();

        Assert.Equal(["hog", "job", "web"], page.FindAll("tr[data-name]").Select(r => r.GetAttribute("data-name")!));
        Assert.Contains("running", page.Row("web").TextContent, StringComparison.Ordinal);
        Assert.Contains("exited (3)", page.Row("job").TextContent, StringComparison.Ordinal);
        Assert.Contains("out of memory", page.Row("hog").TextContent, StringComparison.Ordinal);
        Assert.Equal("/containers/web", page.Row("web").QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void Figures_are_left_to_the_script_and_only_running_rows_have_them()
    {
        Put("web", Running);
        Put("job", Exited(0));
        var page = Render<ContainersPage>();

        Assert.Equal(["cpu", "memory", "pids"], page.Row("web").QuerySelectorAll("[data-metric]").Select(c => c.GetAttribute("data-metric")!));
        Assert.All(page.Row("web").QuerySelectorAll("[data-value]"), value => Assert.Empty(value.TextContent));
        Assert.Empty(page.Row("job").QuerySelectorAll("[data-metric]"));
    }

    [Theory]
    [InlineData(ContainerState.Created, "start delete")]
    [InlineData(ContainerState.Running, "stop restart kill delete")]
    [InlineData(ContainerState.Stopping, "kill delete")]
    [InlineData(ContainerState.Exited, "start restart delete")]
    [InlineData(ContainerState.Broken, "delete")]
    [InlineData(ContainerState.Deleting, "")]
    public void Buttons_are_enabled_as_the_state_allows(ContainerState state, string enabled)
    {
        Put("web", Running with { State = state });
        var page = Render<ContainersPage>();

        var buttons = page.Row("web").QuerySelectorAll("[data-act]").Where(b => !b.HasAttribute("disabled"));
        Assert.Equal(enabled, string.Join(' ', buttons.Select(b => b.GetAttribute("data-act"))));
    }

    [Fact]
    public void Start_and_stop_need_no_confirmation()
    {
        var container = Put("web");
        var page = Render<ContainersPage>();

        page.Act("web", "start").Click();
        page.WaitForAssertion(() => Assert.Contains("running", page.Row("web").TextContent, StringComparison.Ordinal));
        page.Act("web", "stop").Click();
        page.WaitForAssertion(() => Assert.Contains("exited (143)", page.Row("web").TextContent, StringComparison.Ordinal));

        Assert.Equal([$"start {container.Id}", $"stop {container.Id}"], Engine.Calls);
    }

    [Fact]
    public void Delete_says_what_is_lost_and_does_nothing_when_cancelled()
    {
        var container = Put("web", Running);
        var page = Render<ContainersPage>();

        page.Act("web", "delete").Click();
        Dialogs.WaitForAssertion(() => Assert.Contains("The files it wrote", Dialogs.Markup, StringComparison.Ordinal));
        Assert.Contains("Its running processes", Dialogs.Markup, StringComparison.Ordinal);
        Dialogs.Find("[data-cancel]").Click();
        Assert.Empty(Engine.Calls);

        page.WaitForAssertion(() => Assert.Empty(Dialogs.FindAll("[data-confirm]")));
        page.Act("web", "delete").Click();
        Dialogs.WaitForElement("[data-confirm]").Click();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tr[data-name]")));
        Assert.Equal([$"delete {container.Id}"], Engine.Calls);
    }

    [Fact]
    public void An_act_that_fails_is_said_in_the_engines_words()
    {
        Put("web");
        var page = Render<ContainersPage>();
        Engine.NextFailure = new EngineException(EngineError.LaunchFailed, "Step 3 of 64, mount proc, failed with EPERM.");

        page.Act("web", "start").Click();

        Snackbars.WaitForAssertion(() => Assert.Contains("Step 3 of 64", Snackbars.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void The_list_follows_the_engine()
    {
        Put("web");
        var page = Render<ContainersPage>();

        Put("late", Running);

        page.WaitForAssertion(() => Assert.Contains("running", page.Row("late").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void A_chip_filters_by_state_and_the_filter_can_be_cleared()
    {
        Put("web", Running);
        Put("job", Exited(0));
        var page = Render<ContainersPage>();

        page.Find("[data-group=running]").Click();
        page.WaitForAssertion(() => Assert.Equal("web", Assert.Single(page.FindAll("tr[data-name]")).GetAttribute("data-name")));

        page.Find("[data-search]").Input("nothing has this name");
        page.WaitForAssertion(() => Assert.Contains("None of 2 containers match", page.Markup, StringComparison.Ordinal));
        page.Find("[data-clear]").Click();
        // The virtual list is made anew and asks for its rows after it was drawn.
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tr[data-name]").Count));
    }

    [Fact]
    public void An_empty_host_offers_to_create_a_container()
    {
        var page = Render<ContainersPage>();

        Assert.Contains("No containers yet", page.Markup, StringComparison.Ordinal);
        Assert.Contains("curl --unix-socket", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("a[href='/containers/new']"));
    }

    [Fact]
    public void A_container_with_a_warning_is_marked()
    {
        Put("web", Running with { Warnings = ["The CPU limit is not enforced."] });
        var page = Render<ContainersPage>();

        Assert.NotEmpty(page.Row("web").QuerySelectorAll("[aria-label=Warning]"));
    }
}
