using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Architecture;

/// <summary>The folders of MiniRun.Runtime are floors, and a floor uses only those below it (DESIGN, layers).</summary>
public sealed partial class FloorTests
{
    /// <summary>Lowest first; floors of the same height do not know each other.</summary>
    static readonly string[][] Floors = [["Kernel"], ["Spec"], ["Cgroups", "Seccomp"], ["Sandbox"], ["Volumes", "Networks", "Images", "Demos"], ["Engine"], ["Verbs"]];

    [Fact]
    public void A_floor_uses_only_those_below_it() =>
        Assert.Empty(Sources().SelectMany(source => Violations(source.Floor, File.ReadAllText(source.Path)).Select(used => $"{source.Path} uses {used}")));

    [Fact]
    public void Every_source_lies_on_a_floor_and_in_the_namespace_of_its_folder()
    {
        var project = $"{Repository.Root}/MiniRun.Runtime/";
        foreach (var (path, floor) in Sources())
        {
            Assert.Contains(Floors, names => names.Contains(floor));
            var folder = Path.GetDirectoryName(path)![project.Length..].Replace('/', '.');
            Assert.Contains($"\nnamespace MiniRun.Runtime.{folder};\n", "\n" + File.ReadAllText(path), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Kernel", "using MiniRun.Runtime.Spec;", "Spec")]
    [InlineData("Sandbox", "var image = Engine.Command.FromString(line);", "Engine")]
    [InlineData("Images", "static readonly MiniRun.Runtime.Networks.Bridge Bridge;", "Networks")]
    [InlineData("Engine", "using static MiniRun.Runtime.Verbs.Verb;", "Verbs")]
    public void A_violation_would_be_found(string floor, string line, string used) =>
        Assert.Equal([used], Violations(floor, $"using System;\n{line}\n"));

    static List<(string Path, string Floor)> Sources()
    {
        var project = $"{Repository.Root}/MiniRun.Runtime/";
        var sources = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Floor: path[project.Length..].Split('/')[0]))
            .Where(source => source.Floor is not ("obj" or "bin" or "Program.cs"))
            .ToList();
        Assert.True(sources.Count > 50, "the sources were not found");
        return sources;
    }

    static IEnumerable<string> Violations(string floor, string text)
    {
        var height = Array.FindIndex(Floors, names => names.Contains(floor));
        var code = string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        return Used.Matches(code).Select(match => match.Groups["floor"].Value)
            .Where(used => used != floor && Array.FindIndex(Floors, names => names.Contains(used)) is var other && other >= height)
            .Distinct();
    }

    // With the whole namespace, or shortened as C# allows within MiniRun.Runtime; never a member of that name.
    [GeneratedRegex(@"(?:MiniRun\.Runtime\.|(?<![\w.""]))(?<floor>Kernel|Spec|Cgroups|Seccomp|Sandbox|Volumes|Networks|Images|Demos|Engine|Verbs)\s*(?:;|\.[A-Z])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Used { get; }
}
