using Bunit;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Pages;

namespace MiniRun.Web.Tests.Components;

public sealed class ContainerPageTests : PanelContext
{
    [Fact]
    public void The_page_says_what_the_container_is()
    {
        var container = Put("web", Running);
        var page = Open("web");

        Assert.Equal("web", page.Find("h1").TextContent);
        var facts = page.Find("[data-testid=facts]").TextContent;
        Assert.All(
            [container.Id, "/bin/sh -c 'echo hello | cat'", "512 MiB memory, 0.5 CPU, 2,048 processes", "4242", "GREETING=hello", "1970-01-01 00:00:00 UTC"],
            fact => Assert.Contains(fact, facts, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-why]"));
    }

    [Fact]
    public void The_beginning_of_an_id_names_a_container()
    {
        var container = Put("web", Running);

        Assert.Equal("web", Open(container.Id[..8]).Find("h1").TextContent);
    }

    [Fact]
    public void Out_of_memory_is_explained()
    {
        Put("hog", OutOfMemory);

        Assert.Equal("Out of memory: the kernel killed it at the 512 MiB limit.", Open("hog").Find("[data-why]").TextContent.Trim());
    }

    [Theory]
    [InlineData(0, "without an error (exit code 0)")]
    [InlineData(3, "with an error (exit code 3)")]
    [InlineData(127, "command was not found")]
    public void An_exit_code_is_explained(int code, string sentence)
    {
        Put("job", Exited(code));

        Assert.Contains(sentence, Open("job").Find("[data-why]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_failed_says_why()
    {
        Put("job", new ContainerStatus { State = ContainerState.Created, Error = "Step 31 of 64, mount proc on /proc: EPERM." });

        Assert.Contains("Step 31 of 64", Open("job").Find("[data-why]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_name_gets_a_sentence_and_a_way_back()
    {
        var page = Open("nobody");

        Assert.Contains("No container is named nobody", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("a[href='/containers']"));
    }

    [Fact]
    public async Task The_page_follows_the_container_and_notices_its_end()
    {
        var container = Put("web", Running);
        var page = Open("web");

        Put("web", Exited(1));
        page.WaitForAssertion(() => Assert.Contains("exited (1)", page.Markup, StringComparison.Ordinal));

        await Engine.DeleteAsync(container.Id, force: true, null, Xunit.TestContext.Current.CancellationToken);
        page.WaitForAssertion(() => Assert.Contains("web was deleted", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void New_limits_reach_the_engine_with_the_revision()
    {
        Put("web", Running);
        var page = Open("web");

        page.Find("[data-edit-limits]").Click();
        Dialogs.WaitForElement("[data-field=memory] input").Input("64m");
        Dialogs.Find("[data-save-limits]").Click();

        page.WaitForAssertion(() => Assert.Contains("64 MiB memory, 0.5 CPU", page.Markup, StringComparison.Ordinal));
        Assert.Equal(2, Engine.Get("web").Definition.Revision);
    }

    [Fact]
    public void A_change_made_meanwhile_is_not_overwritten()
    {
        var container = Put("web", Running);
        var page = Open("web");
        page.Find("[data-edit-limits]").Click();
        Dialogs.WaitForElement("[data-save-limits]");

        Engine.Put(container with { Definition = container.Definition with { Revision = 7 } });
        Dialogs.Find("[data-save-limits]").Click();

        Dialogs.WaitForAssertion(() => Assert.Contains("was changed meanwhile", Dialogs.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void The_log_is_shown_without_escape_sequences()
    {
        Engine.Logs["web"] = [new LogLine(DateTimeOffset.UnixEpoch, OutputStream.Stdout, "\e[31mred\e[0m", Partial: false)];
        Put("web", Running);
        var page = Open("web");

        page.WaitForAssertion(() => Assert.EndsWith("red", page.Find("[data-testid=log] .line").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Pieces_of_a_line_are_shown_as_one_line()
    {
        Engine.Logs["web"] =
        [
            Wrote(OutputStream.Stdout, "\e[3", partial: true),
            Wrote(OutputStream.Stderr, "warning"),
            Wrote(OutputStream.Stdout, "1mprompt$ ", partial: true),
            Wrote(OutputStream.Stdout, "echo hi"),
            Wrote(OutputStream.Stdout, "hi"),
        ];
        Put("web", Running);
        var page = Open("web");

        page.WaitForAssertion(() => Assert.Equal(
            ["00:00:00.000prompt$ echo hi", "00:00:00.000warning", "00:00:00.000hi"],
            page.FindAll("[data-testid=log] .line").Select(l => l.TextContent)));
    }

    [Fact]
    public void A_line_without_an_end_is_broken_somewhere()
    {
        var piece = new string('x', 10_000);
        Engine.Logs["web"] = [.. Enumerable.Repeat(Wrote(OutputStream.Stdout, piece, partial: true), 3)];
        Put("web", Running);
        var page = Open("web");

        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("[data-testid=log] .line").Count));
    }

    [Fact]
    public void Only_a_container_without_a_terminal_has_a_line_to_type_into()
    {
        Put("shell", Running);
        Put("pipe", Running, terminal: false);

        Assert.Empty(Open("shell").FindAll("[data-testid=console] form"));
        Assert.NotEmpty(Open("pipe").FindAll("[data-testid=console] form"));
    }

    static LogLine Wrote(OutputStream stream, string text, bool partial = false) => new(DateTimeOffset.UnixEpoch, stream, text, partial);

    IRenderedComponent<ContainerPage> Open(string reference) => Render<ContainerPage>(p => p.Add(c => c.Reference, reference));
}
