namespace MiniRun.Runtime.Tests.Spec;

/// <summary>docs/oci.md says of everything that callers and configurations ask for which tests fail without it, or why it is not done.</summary>
public sealed class OciDocumentTests
{
    static readonly string[] Tables = ["Verbs and flags", "config.json", "Lifecycle, callers and host", "Kinds of faults"];

    [Fact]
    public void Every_row_has_code_and_a_test_or_a_reason()
    {
        var rows = NamingDocument.Read("oci.md").Rows().Where(row => row.Name != "what").ToList();
        Assert.Equal(Tables, rows.Select(row => row.Heading).Distinct());
        Assert.All(rows, row =>
        {
            Assert.Equal(2, row.Columns.Length);
            var isShown = NamingDocument.Methods(row.Columns[1]).Any() || NamingDocument.Checks(row.Columns[1]).Any();
            var isExplained = row.Columns[1].Contains("Not done: ", StringComparison.Ordinal);
            Assert.True(isShown || isExplained, $"{row.Heading}: {row.Name} has neither a test nor a reason");
            Assert.True(isExplained || NamingDocument.Files(row.Columns[0]).Any(), $"{row.Heading}: {row.Name} is kept nowhere");
        });
    }

    [Fact]
    public void No_row_is_there_twice()
    {
        var names = NamingDocument.Read("oci.md").Rows().Where(row => row.Name != "what").Select(row => $"{row.Heading}: {row.Name}").ToList();
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void Every_test_check_and_file_that_is_named_exists() => NamingDocument.Read("oci.md").RequireWhatItNames(atLeast: 150);
}
