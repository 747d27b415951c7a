using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Demos;

public sealed class ProcessFilesTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Names_are_in_order()
    {
        _place.Write("b", "second\nline");
        _place.Write("a/c", "");
        Assert.Equal("a b", ProcessFiles.List(_place.Path));
        Assert.Equal("second", ProcessFiles.FirstLine(_place["b"]));
        Assert.Throws<KernelException>(() => ProcessFiles.List(_place["none"]));
    }

    [Fact]
    public void A_file_has_one_identity_under_all_its_names()
    {
        _place.Write("a", "");
        _place.Write("b", "");
        Assert.Equal(ProcessFiles.Identity(_place["a"]), ProcessFiles.Identity(_place.Path + "/./a"));
        Assert.NotEqual(ProcessFiles.Identity(_place["a"]), ProcessFiles.Identity(_place["b"]));
        Assert.Matches("^[0-9a-f]+:[0-9]+$", ProcessFiles.Identity("/"));
    }

    [Fact]
    public void This_process_is_found_in_every_way()
    {
        var self = Processes.OwnId();
        Assert.Equal(Environment.ProcessId, self);
        Assert.Contains(self, ProcessFiles.Processes());
        Assert.Contains(self, ProcessFiles.InNamespace(Files.ReadLink("/proc/self/ns/pid")));
        Assert.Empty(ProcessFiles.InNamespace("pid:[1]"));
        Assert.EndsWith(self.ToString(System.Globalization.CultureInfo.InvariantCulture), ProcessFiles.Status(self, "NSpid"), StringComparison.Ordinal);
        Assert.Equal(Processes.ParentId().ToString(System.Globalization.CultureInfo.InvariantCulture), ProcessFiles.Status(self, "PPid"));
        Assert.Throws<KernelException>(() => ProcessFiles.Status(self, "NoSuchLine"));
        Assert.All(ProcessFiles.Cgroups().Split(' '), path => Assert.StartsWith("/", path, StringComparison.Ordinal));
    }
}
