using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MiniRun.Runtime.Images;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>What the runtime's code never refers to.</summary>
public sealed class AssemblyRuleTests
{
    /// <summary>R1: there is no way to open, make or remove a file but by a descriptor's.</summary>
    static readonly string[] ByPath = ["System.IO.File", "System.IO.Directory", "System.IO.FileInfo", "System.IO.DirectoryInfo", "System.IO.FileStream", "System.IO.StreamWriter"];

    [Fact]
    public void R1_no_file_is_opened_by_a_path_of_strings() => Assert.Empty(References(typeof(Runtime.Kernel.Folder).Assembly.Location).Intersect(ByPath));

    /// <summary>Everything else is started by posix_spawn(3) or a launch plan, to which the environment is given in full.</summary>
    [Fact]
    public void R20_the_one_helper_of_the_library_has_no_shell_and_an_environment_of_its_own()
    {
        var project = $"{Repository.Root}/MiniRun.Runtime/";
        var users = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories).Where(source => File.ReadAllText(source).Contains("new ProcessStartInfo", StringComparison.Ordinal));
        Assert.Equal(["Images/BaseImage.cs"], users.Select(source => source[project.Length..]));
        var helper = BaseImage.Helper("ldd", ["/bin/sh"]);
        Assert.False(helper.UseShellExecute);
        Assert.Equal(["LC_ALL", "PATH"], helper.Environment.Keys.Order(StringComparer.Ordinal));
        // The control: without that it would be this process's.
        Assert.True(new System.Diagnostics.ProcessStartInfo("ldd").Environment.Count > 2);
    }

    /// <summary>The control: an assembly that does is seen to.</summary>
    [Fact]
    public void Such_references_would_be_found() => Assert.Contains("System.IO.File", References(typeof(AssemblyRuleTests).Assembly.Location));

    static HashSet<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.TypeReferences.Select(metadata.GetTypeReference).Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")];
    }
}
