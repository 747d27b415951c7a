using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>docs/security.md says of every rule where it is kept and which tests show it, and what it says exists.</summary>
public sealed partial class DocumentTests
{
    const int Rules = 23;

    [Fact]
    public void Every_rule_has_its_row_with_code_a_test_and_a_control()
    {
        var rules = NamingDocument.Read("security.md").Rows().Where(row => RuleName.IsMatch(row.Name)).ToList();
        Assert.Equal(Enumerable.Range(1, Rules).Select(number => $"R{number}"), rules.Select(row => row.Name));
        Assert.All(rules, row =>
        {
            Assert.Equal(4, row.Columns.Length);
            Assert.NotEmpty(NamingDocument.Files(row.Columns[1]));
            Assert.NotEmpty(NamingDocument.Methods(row.Columns[2]));
            Assert.True(NamingDocument.Methods(row.Columns[3]).Any() || row.Columns[3].StartsWith("in the same test", StringComparison.Ordinal), $"{row.Name} has no control");
        });
    }

    [Fact]
    public void Every_test_and_file_that_is_named_exists() => NamingDocument.Read("security.md").RequireWhatItNames(atLeast: Rules);

    [GeneratedRegex(@"^R\d+$", RegexOptions.None, 1000)]
    private static partial Regex RuleName { get; }
}
