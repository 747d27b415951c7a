using System.Reflection;
using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests;

/// <summary>A document of docs/ that says where something is kept and what shows it: what it names must exist.</summary>
sealed partial class NamingDocument
{
    static readonly HashSet<string> Tests = [.. typeof(NamingDocument).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any()).Select(method => $"{type.Name}.{method.Name}"))];

    readonly string[] _lines;

    NamingDocument(string[] lines) => _lines = lines;

    /// <param name="name">Below docs/.</param>
    public static NamingDocument Read(string name) => new(File.ReadAllLines($"{Repository.Root}/docs/{name}"));

    /// <summary>The rows of all tables, with the heading above each, the first column and the others.</summary>
    public IEnumerable<(string Heading, string Name, string[] Columns)> Rows()
    {
        var heading = "";
        foreach (var line in _lines)
        {
            heading = line.StartsWith("## ", StringComparison.Ordinal) ? line[3..] : heading;
            if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            {
                string[] columns = [.. line.Trim('|').Split(" | ").Select(column => column.Trim())];
                yield return (heading, columns[0], columns[1..]);
            }
        }
    }

    /// <summary>Fails for a test, a check or a file that is named and does not exist.</summary>
    /// <param name="atLeast">How many tests are named at least: a document in which none is found shows nothing.</param>
    public void RequireWhatItNames(int atLeast)
    {
        Assert.True(Tests.Count > 500, "the tests were not found");
        var named = _lines.SelectMany(Methods).ToList();
        Assert.True(named.Count >= atLeast, $"the document names only {named.Count} tests");
        Assert.All(named, name => Assert.True(Tests.Contains(name), $"there is no test {name}"));
        Assert.All(_lines.SelectMany(Files), file => Assert.True(File.Exists($"{Repository.Root}/MiniRun.Runtime/{file}"), $"there is no {file}"));
        Assert.All(_lines.SelectMany(Checks), check =>
            Assert.True(File.ReadLines($"{Repository.Root}/{check.File}").Contains($"{check.Name}() {{"), $"{check.File} has no {check.Name}"));
    }

    public static IEnumerable<string> Methods(string text) => MethodName.Matches(text).Select(match => match.Groups["name"].Value);

    public static IEnumerable<string> Files(string text) => FileName.Matches(text).Select(match => match.Groups["name"].Value);

    public static IEnumerable<(string File, string Name)> Checks(string text) => CheckName.Matches(text).Select(match => (match.Groups["file"].Value, match.Groups["name"].Value));

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MethodName { get; }

    [GeneratedRegex(@"`(?<name>[\w./]+\.cs)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName { get; }

    [GeneratedRegex(@"`(?<file>tests/vm/checks/\w+\.sh): (?<name>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CheckName { get; }
}
