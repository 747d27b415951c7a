using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Pages;

namespace MiniRun.Web.Tests.Components;

public sealed class CreateContainerPageTests : PanelContext
{
    [Fact]
    public void What_is_typed_becomes_the_container()
    {
        var page = Render<CreateContainerPage>();
        Type(page, "name", "web");
        Type(page, "command", "/bin/echo 'two words'");
        Type(page, "memory", "64m");
        Type(page, "cpus", "0.25");
        Type(page, "pids", "100");
        page.Find("[data-field=environment] textarea").Input("A=1\n\nB=two words\n");

        page.Find("[data-create-only]").Click();

        var definition = Assert.Single(Engine.List()).Definition;
        Assert.Equal("web", definition.Name);
        Assert.Equal(["/bin/echo", "two words"], definition.Command);
        Assert.Equal(new ContainerLimits(64 << 20, 0.25, 100), definition.Limits);
        Assert.Equal(["A=1", "B=two words"], definition.Environment);
        Assert.Equal(NetworkMode.None, definition.Network);
        Assert.True(definition.Terminal);
        Assert.EndsWith("/containers/web", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_and_start_starts_it()
    {
        var page = Render<CreateContainerPage>();
        Type(page, "name", "web");

        page.Find("[data-testid=create-form]").Submit();

        Assert.Equal(ContainerState.Running, Assert.Single(Engine.List()).Status.State);
    }

    [Theory]
    [InlineData("name", "bad name!", "is not a name")]
    [InlineData("memory", "1x", "is not a size")]
    [InlineData("memory", "1m", "at least 4 MiB")]
    [InlineData("cpus", "many", "write a number of CPUs")]
    [InlineData("cpus", "0", "write a number of CPUs")]
    [InlineData("pids", "0", "write a number of processes")]
    public void A_wrong_value_is_said_at_its_field_and_nothing_is_created(string field, string value, string sentence)
    {
        var page = Render<CreateContainerPage>();
        Type(page, field, value);

        page.Find("[data-create-only]").Click();

        Assert.Contains(sentence, page.Find($"[data-field={field}]").TextContent, StringComparison.Ordinal);
        Assert.Empty(Engine.Calls);

        Type(page, field, "");
        Assert.DoesNotContain(sentence, page.Find($"[data-field={field}]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_no_variable_is_named()
    {
        var page = Render<CreateContainerPage>();
        page.Find("[data-field=environment] textarea").Input("A=1\nbad");

        page.Find("[data-create-only]").Click();

        Assert.Contains("\"bad\" is not a variable", page.Find("[data-field=environment]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engines_refusal_appears_at_the_field_it_names()
    {
        Put("web");
        var page = Render<CreateContainerPage>();
        Type(page, "name", "web");

        page.Find("[data-create-only]").Click();

        Assert.Contains("\"web\" is taken", page.Find("[data-field=name]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_without_a_field_appears_above_the_buttons()
    {
        var page = Render<CreateContainerPage>();
        Engine.NextFailure = new EngineException(EngineError.HostUnable, "The disk is full; free some space.");

        page.Find("[data-create-only]").Click();

        Assert.Contains("The disk is full", page.Find("[data-create-error]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_summary_and_the_commands_follow_what_is_typed()
    {
        var page = Render<CreateContainerPage>();
        Type(page, "name", "web");
        Type(page, "command", "echo it's");

        Assert.Contains("Makes web from the image base. It runs echo it's", page.Find("[data-summary]").TextContent, StringComparison.Ordinal);
        var commands = page.FindAll("pre").Select(p => p.TextContent).ToList();
        Assert.Contains(commands, c => c.StartsWith("minirun create", StringComparison.Ordinal) && c.EndsWith(@" web -- /bin/sh -c 'echo it'\''s'", StringComparison.Ordinal));
        Assert.Contains(commands, c => c.StartsWith("curl", StringComparison.Ordinal) && c.Contains("\"name\":\"web\"", StringComparison.Ordinal));
    }

    static void Type(IRenderedComponent<CreateContainerPage> page, string field, string value) =>
        page.Find($"[data-field={field}] input").Input(value);
}
