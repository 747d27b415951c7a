using System.Reflection;
using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>docs/security.md says of every rule where it is kept and which tests show it, and what it says exists.</summary>
public sealed partial class DocumentTests
{
    const int Rules = 23;

    static string[] Lines => File.ReadAllLines($"{Repository.Root}/docs/security.md");

    /// <summary>The columns behind the first: the rule, the code, the test, the control.</summary>
    static List<(string Name, string[] Columns)> Rows =>
        [.. Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split(" | ").Select(column => column.Trim()).ToArray())
            .Select(columns => (columns[0], columns[1..]))];

    [Fact]
    public void Every_rule_has_its_row_with_code_a_test_and_a_control()
    {
        var rules = Rows.Where(row => RuleName.IsMatch(row.Name)).ToList();
        Assert.Equal(Enumerable.Range(1, Rules).Select(number => $"R{number}"), rules.Select(row => row.Name));
        Assert.All(rules, row =>
        {
            Assert.Equal(4, row.Columns.Length);
            Assert.NotEmpty(Files(row.Columns[1]));
            Assert.NotEmpty(Methods(row.Columns[2]));
            Assert.True(Methods(row.Columns[3]).Any() || row.Columns[3].StartsWith("in the same test", StringComparison.Ordinal), $"{row.Name} has no control");
        });
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = typeof(DocumentTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any()).Select(method => $"{type.Name}.{method.Name}")).ToHashSet();
        Assert.True(tests.Count > 500, "the tests were not found");
        var named = Lines.SelectMany(Methods).ToList();
        Assert.True(named.Count > Rules, "the document names no tests");
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    [Fact]
    public void Every_file_that_is_named_exists() =>
        Assert.All(Lines.SelectMany(Files), file => Assert.True(File.Exists($"{Repository.Root}/MiniRun.Runtime/{file}"), file));

    static IEnumerable<string> Methods(string text) => MethodName.Matches(text).Select(match => match.Groups["name"].Value);

    static IEnumerable<string> Files(string text) => FileName.Matches(text).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^R\d+$", RegexOptions.None, 1000)]
    private static partial Regex RuleName { get; }

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MethodName { get; }

    [GeneratedRegex(@"`(?<name>[\w./]+\.cs)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName { get; }
}
