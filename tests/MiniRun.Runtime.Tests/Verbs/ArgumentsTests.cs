using CsCheck;
using MiniRun.Runtime.Verbs;

namespace MiniRun.Runtime.Tests.Verbs;

public sealed class ArgumentsTests
{
    static readonly string[] Known = ["--name,-n=", "--flag,-f", "--other="];

    [Fact]
    public void Options_and_words_stand_in_any_order()
    {
        var arguments = new Arguments(["a", "--name", "x", "b", "-f", "--other=", "c"], Known);
        Assert.Equal(["a", "b", "c"], arguments.Words);
        Assert.Equal(("x", "", true), (arguments.Value("--name"), arguments.Value("--other"), arguments.Has("--flag")));
    }

    [Theory]
    [InlineData("--name", "-x")]
    [InlineData("-n", "--flag")]
    [InlineData("--name", "--")]
    public void A_value_is_whatever_comes_next(string option, string value) => Assert.Equal(value, new Arguments([option, value], Known).Value("--name"));

    [Fact]
    public void A_value_may_have_an_equals_sign() => Assert.Equal("A=B=C", new Arguments(["--name=A=B=C"], Known).Value("--name"));

    [Fact]
    public void The_last_value_counts_and_all_are_kept_in_order()
    {
        var arguments = new Arguments(["--name=1", "-n", "2", "--name", "3"], Known);
        Assert.Equal("3", arguments.Value("--name"));
        Assert.Equal(["1", "2", "3"], arguments.Values("--name"));
        Assert.Empty(arguments.Values("--other"));
    }

    [Fact]
    public void Behind_two_dashes_everything_is_a_word() => Assert.Equal(["a", "--flag", "--", "-"], new Arguments(["a", "--", "--flag", "--", "-"], Known).Words);

    [Fact]
    public void A_single_dash_is_a_word() => Assert.Equal(["-"], new Arguments(["-"], Known).Words);

    [Fact]
    public void Behind_its_last_word_everything_belongs_to_somebody_else()
    {
        var arguments = new Arguments(["-f", "id", "command", "--flag", "--nonsense", "--"], Known, endsAtWord: 1);
        Assert.Equal(["id", "command", "--flag", "--nonsense", "--"], arguments.Words);
        Assert.True(arguments.Has("--flag"));
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense: unknown option; known are --name,-n, --flag,-f, --other")]
    [InlineData("-x", "-x: unknown option; known are --name,-n, --flag,-f, --other")]
    [InlineData("--name", "--name: needs a value")]
    [InlineData("-n", "-n: needs a value")]
    [InlineData("--flag=maybe", "--flag: is a flag and takes no value \"maybe\"")]
    [InlineData("--flag=", "--flag: is a flag and takes no value \"\"")]
    public void What_is_not_known_is_refused_by_its_name(string word, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => new Arguments([word], Known)).Message);

    [Theory]
    [InlineData("--flag=true", true)]
    [InlineData("--flag=false", false)]
    [InlineData("--flag", true)]
    public void A_flag_may_be_spelled_out(string word, bool expected) => Assert.Equal(expected, new Arguments([word], Known).Has("--flag"));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2147483647", 2147483647)]
    public void A_number_is_read(string text, int expected) => Assert.Equal(expected, new Arguments(["--name", text], Known).Number("--name", 7));

    [Theory]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("1 ")]
    [InlineData("")]
    public void What_is_no_number_is_refused(string text) =>
        Assert.Equal($"--name: \"{text}\" is no whole number from 0 on", Assert.Throws<UsageException>(() => new Arguments([$"--name={text}"], Known).Number("--name", 7)).Message);

    [Fact]
    public void What_is_missing_has_its_default_or_is_named()
    {
        var arguments = new Arguments([], Known);
        Assert.Equal((7, "/x", null), (arguments.Number("--name", 7), arguments.Path("--name", "/x"), arguments.OptionalPath("--name")));
        Assert.Equal("--name: is missing", Assert.Throws<UsageException>(() => arguments.Required("--name")).Message);
        Assert.Equal("ID: is missing", Assert.Throws<UsageException>(() => arguments.Positional("ID")).Message);
        Assert.Equal("b: is one word too many", Assert.Throws<UsageException>(() => new Arguments(["a", "b"], Known).Positional("ID")).Message);
    }

    [Fact]
    public void A_relative_path_is_below_the_callers_folder()
    {
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "a/b"), new Arguments(["--name=a/b"], Known).Path("--name", "."));
        Assert.Equal("/a", new Arguments(["--name=/a"], Known).OptionalPath("--name"));
        Assert.Null(new Arguments(["--name="], Known).OptionalPath("--name"));
    }

    [Fact]
    public void Any_words_are_taken_apart_or_refused_with_a_sentence() => Gen.OneOf(Gen.Const("--name"), Gen.Const("-n"), Gen.Const("--flag"), Gen.Const("-f"), Gen.Const("--"), Gen.Const("-"), Gen.Const("a"), Gen.Const("--name=b"), Gen.Const("-n=c"), Gen.Const("--flag=true"), Gen.Const("="), Gen.String).Array[0, 8].Sample(words =>
    {
        try
        {
            var arguments = new Arguments(words, Known);
            Assert.True(arguments.Words.Count + arguments.Values("--name").Count <= words.Length);
        }
        catch (UsageException e)
        {
            Assert.Contains(": ", e.Message, StringComparison.Ordinal);
        }
    });
}
